"""A house to be saved, and the words to save it with, for the tests of this folder and proofs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm.kit.db import Database
from crm.kit.settings import Settings, in_force
from crm.safekeeping import canonical
from crm.safekeeping.backing_up import Backup, back_up
from crm.safekeeping.restoring import Restored, restore
from crm.safekeeping.schemas import TableFacts
from crm.staff.actor import system
from tests import factories

SECRET = in_force().secret() or "a-secret-key-that-only-tests-know-0123456789"


def furnish(database: Database, data_dir: Path) -> None:
    """A hotel, guests with characters beyond ASCII, a session, a key, a file of 2.5 MB."""
    from crm.guests.tables import Vehicle
    from crm.kit import jobs

    with database.writing() as db:
        hotel = factories.a_hotel(db, "HZ1")
        for no in range(20):
            guest = factories.a_guest(db, f"陈佳怡{no}", f"Chén Jiāyí {no}\n\t\"'\\%s")
            factories.a_contact(db, guest)
            factories.a_stay(db, guest, hotel)
        factories.put(db, Vehicle(guest_id=guest, no=1, plate="浙A·88888", plate_key="浙A88888"))
        staff = factories.a_staff(db, "it", hotel)
        factories.a_session(db, staff, hotel)
        factories.a_key(db, "pms:ingest", hotel_id=hotel)
        jobs.enqueue(db, "test.send", {"b": 1e16, "a": [None, True, 0.25, "ü"]})
    shelf = data_dir / "documents" / "ab"
    shelf.mkdir(parents=True)
    (shelf / "cdef").write_bytes(bytes(range(256)) * 10_000)


def backed_up(database: Database, tmp_path: Path, **more: Any) -> Backup:
    facts: dict[str, Any] = {"data_dir": tmp_path / "files", "secret": SECRET, "version": "0"}
    return back_up(database, tmp_path / "backups", **(facts | more))


def brought_back(path: Path, url: str, tmp_path: Path, **more: Any) -> Restored:
    facts: dict[str, Any] = {"data_dir": tmp_path / "came", "secret": SECRET}
    return restore(path, url, **(facts | {"by": system("test")} | more))


def facts_of(database: Database) -> Mapping[str, TableFacts]:
    with database.snapshot() as connection:
        return {t.name: canonical.facts_of(connection, t) for t in canonical.tables_of(connection)}


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def settings_of(tmp_path: Path, database: Database, **more: Any) -> Settings:
    facts: dict[str, Any] = {
        "database_url": url_of(database),
        "secret_key": SECRET,
        "data_dir": tmp_path / "files",
    }
    return Settings(_env_file=None, **(facts | more))
