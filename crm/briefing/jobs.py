"""The clock of the briefing: editions at the hotel's hour, packs every four hours, both gone after.

The hour is the hotel's own. It is looked up at every tick, so a change of summer time moves
nothing, and what was missed while nobody worked is put at the first tick after.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.briefing import queries, service
from crm.briefing.terms import PACK_EVERY
from crm.hotels import queries as hotels
from crm.kit import clock, jobs
from crm.kit.jobs import job
from crm.kit.settings import in_force
from crm.kit.vault import Vault
from crm.staff.actor import system

MAKE = "briefing.make"
FORGET = "briefing.forget"
PACK = "briefing.pack"
"""The paper itself is drawn at the doors, where the words are: its job stands in `web.papers`."""


@job(MAKE)
def make(db: Session, payload: dict[str, Any]) -> None:
    """Make and keep the day's editions of one hotel."""
    service.make_editions(db, UUID(payload["hotel_id"]), vault=Vault(in_force().secret()))


@job(FORGET)
def forget(db: Session, _: dict[str, Any]) -> None:
    """Delete the editions of days that are over."""
    service.forget_over(db)


def put_when_due(db: Session) -> int:
    """Put what is due of every hotel; keyed, so that nothing is put twice. Returns how many."""
    now, put = clock.now(), 0
    if not in_force().secret():
        return 0
    for hotel in hotels.hotels_of(db, by=system("clock")):
        chosen = queries.paper_settings(db, hotel.id)
        payload = {"hotel_id": str(hotel.id)}
        if now >= due_at(hotel.business_on, chosen.ready_at, hotel.time_zone):
            key = f"{MAKE}:{hotel.id}:{hotel.business_on}"
            put += jobs.enqueue(db, MAKE, payload, key=key)
        if chosen.passphrase_set_at is not None:
            period = int(now.timestamp() // PACK_EVERY.total_seconds())
            # A new passphrase does not wait four hours for its first pack.
            since = int(chosen.passphrase_set_at.timestamp())
            put += jobs.enqueue(db, PACK, payload, key=f"{PACK}:{hotel.id}:{period}:{since}")
    return put


def due_at(day: date, ready_at: time, zone: str) -> datetime:
    """The instant of a time on the hotel's wall; one that summer time skips is the next."""
    return datetime.combine(day, ready_at, ZoneInfo(zone)).astimezone(UTC)
