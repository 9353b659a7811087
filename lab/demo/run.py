"""Opens the demo hotel: builds it if there is none, moves it to today, starts web and worker."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select

from crm.audit import witness
from crm.hotels.tables import Hotel
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.settings import Settings, put_in_force
from lab.demo import case_papers, old_ledger, pms_book, shelf
from lab.demo.house import STAFF, ZONE
from lab.demo.load import PASSWORD, demo_day, is_demo, make_demo
from lab.demo.wipe import wipe
from lab.demo.world import GUESTS

DEFAULT_DIR = Path("var/demo")
Told = Callable[[str], None]


class RealHotel(RuleBroken):
    """The database is somebody's real one."""

    def __init__(self) -> None:
        super().__init__(
            "This database holds a real hotel. The demo needs a database of its own: "
            "leave KESHI_DATABASE_URL unset, or point it somewhere else.",
            "demo_real_hotel",
        )


def demo_settings(port: int, host: str = "127.0.0.1") -> Settings:
    """The settings of this shell, with the demo's own database and folder unless given."""
    given = Settings(demo=True, base_url=f"http://{host}:{port}", smtp_url="")
    own = {"database_url": f"sqlite:///{DEFAULT_DIR}/demo.db", "data_dir": Path(DEFAULT_DIR)}
    missing = {name: value for name, value in own.items() if name not in given.model_fields_set}
    return given.model_copy(update=missing).checked()


def prepare(
    settings: Settings,
    *,
    today: date | None = None,
    guests: int = GUESTS,
    told: Told = print,
) -> None:
    """Leave a demo of today in the database, whatever was there before but a real hotel."""
    put_in_force(settings)
    day = today or clock.today_in(ZONE)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        migrating.upgrade(database)
        there = _day_there(database)
        if there == day and pms_book.path(settings).exists():
            return
        if there is not None:
            told(f"The demo is of {there.isoformat()}; making it anew for today.")
            with database.writing() as db:
                wipe(db)
            witness.forget(settings.data_dir)
        world = make_demo(database, day, guests=guests, now=_moment_of(day), told=told)
        told("Bringing in an old ledger through the import …")
        old_ledger.bring_in(database, settings.data_dir, world)
        shelf.fill(database, settings.data_dir, settings.secret(), world)
        case_papers.fill(database, settings.data_dir, settings.secret(), world)
        pms_book.write(settings, pms_book.book_of(world))
    finally:
        database.dispose()


def _moment_of(day: date) -> datetime | None:
    """The real time where the demo is of today: what a row tells of has happened by then."""
    return clock.now() if day == clock.today_in(ZONE) else None


def _day_there(database: Database) -> date | None:
    """The day of the demo in the database, None in an empty one, `RealHotel` otherwise."""
    with database.reading() as db:
        hotels = db.connection().scalar(select(func.count()).select_from(Hotel))
        if hotels and not is_demo(db):
            raise RealHotel
        return demo_day(db)


def facts(settings: Settings) -> dict[str, object]:
    """The same for machines."""
    return {
        "url": settings.base_url,
        "database": settings.database_url,
        "password": PASSWORD,
        "logins": [member.login for member in STAFF if member.card],
    }


def welcome(settings: Settings) -> str:
    """What the shell shows once the doors open."""
    lines = [
        "",
        "  Lakeview Hotel Hangzhou 湖景酒店 is open: " + settings.base_url,
        "  Invented guests; nothing leaves this machine. Stop with Ctrl C.",
        "",
        "  One click on the page signs you in, or use these names",
        f"  with the password: {PASSWORD}",
        "",
    ]
    lines += [
        f"    {member.login:<12} {member.card:<18} {member.name}" for member in STAFF if member.card
    ]
    return "\n".join([*lines, ""])
