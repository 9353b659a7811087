"""Whether the settings and the machine fit a house that guests' lives are kept in."""

import shutil
import stat
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm.hotels import queries as hotels
from crm.kit.settings import is_weak
from crm.safekeeping.house import House, fine, notice, serious
from crm.safekeeping.schemas import Finding
from crm.staff.actor import system

MEGABYTE = 1024 * 1024
LITTLE = 512 * MEGABYTE
_OTHERS = stat.S_IRWXO
_AT_HOME = {"localhost", "127.0.0.1", "::1"}


def secret(house: House) -> Finding:
    """The key that seals identity numbers and backups, and signs tokens."""
    if not is_weak(house.settings.secret()):
        return fine("secret")
    return notice("secret_demo") if house.settings.demo else serious("secret_weak")


def address(house: House) -> Finding:
    """Passwords over plain HTTP can be read by the network."""
    found = urlsplit(house.settings.base_url)
    if found.scheme == "https" or house.settings.demo:
        return fine("address")
    if found.hostname in _AT_HOME:
        return notice("address_local")
    return serious("address_plain")


def demo(house: House) -> Finding:
    return notice("demo_on") if house.settings.demo else fine("demo")


def log_level(house: House) -> Finding:
    return notice("log_debug") if house.settings.log_level == "debug" else fine("log_level")


def mail(house: House) -> Finding:
    """Without a mail server deliveries are only captured."""
    if house.settings.smtp_url or house.settings.demo:
        return fine("mail")
    return notice("mail_captured")


def disk(house: House) -> Finding:
    """Room for the database to grow and for one more backup."""
    folders = {_existing(house.settings.data_dir), _existing(house.settings.backups)}
    if house.file:
        folders.add(_existing(house.file.parent))
    size = house.file.stat().st_size if house.file and house.file.exists() else 0
    tightest = min(folders, key=_free)
    free = _free(tightest)
    if free >= max(2 * LITTLE, 2 * size):
        return fine("disk")
    say = serious if free < max(LITTLE, size) else notice
    return say("disk_low", folder=str(tightest), megabytes=free // MEGABYTE)


def folders_closed(house: House) -> Finding:
    """Nobody else on the machine looks into the data, the database or the backups."""
    places = [house.settings.data_dir, house.settings.backups]
    if house.file and house.file.parent not in places:
        places.append(house.file)
    for place in places:
        if place.exists() and place.stat().st_mode & _OTHERS and _reachable(place):
            return serious("folder_open", folder=str(place))
    return fine("folders")


def backups_elsewhere(house: House) -> Finding:
    """A backup on the disk of the database goes with it."""
    there = _existing(house.settings.backups).stat().st_dev
    here = _existing(house.file or house.settings.data_dir).stat().st_dev
    return fine("backups_elsewhere") if there != here else notice("backups_same_disk")


def backups_sealed(house: House) -> Finding:
    return fine("backups_sealed") if house.settings.backup_encrypted else notice("backups_readable")


def time_zones(house: House) -> Finding:
    """Every hotel's time zone can be reckoned with on this machine."""
    for hotel in hotels.hotels_of(house.db, by=system("doctor")):
        try:
            ZoneInfo(hotel.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return serious("zone_unknown", zone=hotel.time_zone, hotel=hotel.code)
    return fine("zones")


def _reachable(place: Path) -> bool:
    """Whether others get as far as this: every folder above lets them through."""
    return all(above.stat().st_mode & stat.S_IXOTH for above in place.absolute().parents)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _existing(path: Path) -> Path:
    """The nearest folder above that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
