"""Notes that come from a room: whose stay a note belongs to is found out here.

A phone in the corridor knows a room and a time, never a guest. When the note arrives, perhaps hours
later, the time tells whose stay it was; where it does not, the noter is asked and nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, union_all
from sqlmodel import Session, col

from crm.hotels.queries import hotel
from crm.hotels.tables import Room
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotAllowed
from crm.kit.rows import cols
from crm.preferences import noting
from crm.preferences.observed import observation
from crm.preferences.refusals import NotedOtherwise
from crm.preferences.schemas import NoteIn, ObservationOut
from crm.preferences.tables import Observation
from crm.profile.board import IN_HOUSE
from crm.profile.schemas_at_the_door import RoomNoteIn, RoomNoteOut, Whose
from crm.staff.actor import Actor
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

AFTER_LEAVING = timedelta(hours=24)
"""So long after a guest left, what lies in the room is still theirs, unless somebody moved in."""
LEFT_WITHIN = timedelta(days=2)
STILL_TO_LEAVE = timedelta(days=60)
"""A note may be two weeks old and its guest, who was inside then, have left since."""


def stay_unclear() -> Conflict:
    """The note is sound, but nobody can be named whom it is about; the noter may choose."""
    return Conflict(
        "Nobody can be named who was in this room then. Say whose it is, or put it aside.",
        "stay_unclear",
    )


# ---------------------------------------------------------------- whose stay
@dataclass(frozen=True)
class InRoom:
    """One stay in a room, from and to instants; ``until`` is open while the guest is in house."""

    stay_id: UUID
    guest_id: UUID
    since: datetime
    until: datetime | None


def whose_stay(stays: Sequence[InRoom], at: datetime) -> InRoom | None:
    """The one stay that an observation at an instant is about; None when none or several fit.

    Who was inside, else who left last within `AFTER_LEAVING`, before anybody moved in.
    """
    inside = [one for one in stays if one.since <= at and (one.until is None or at < one.until)]
    if inside:
        return inside[0] if len(inside) == 1 else None
    gone = [one for one in stays if one.until and one.until <= at <= one.until + AFTER_LEAVING]
    last = max((one.until for one in gone if one.until), default=None)
    left_last = [one for one in gone if one.until == last]
    return left_last[0] if len(left_last) == 1 else None


def chosen_stay(stays: Sequence[InRoom], whose: Whose) -> InRoom | None:
    """The stay that the noter chose: who is inside now, or who left last."""
    if whose == "here":
        here = [one for one in stays if one.until is None]
        return here[0] if len(here) == 1 else None
    return max(
        (one for one in stays if one.until is not None),
        key=lambda one: (one.until, one.stay_id),
        default=None,
    )


# ---------------------------------------------------------------- notes
def note_in_room(db: Session, asked: RoomNoteIn, *, by: Actor) -> RoomNoteOut:
    """Note what was seen in a room, exactly once by its id.

    `Conflict` ``stay_unclear`` when the time does not tell whose stay it was; besides, everything
    that `note_preference` refuses, such as a code switched off meanwhile.
    """
    by.need("preferences.note")
    hotel_id = _hotel_id(by)
    before = _noted_before(db, asked, by)
    if before is not None:
        return _told(before)
    observed_at = min(asked.observed_at or clock.now(), clock.now())
    stays = _stays_in(db, hotel_id, _room(db, hotel_id, asked.room_no), observed_at)
    found = (
        whose_stay(stays, observed_at) if asked.whose is None else chosen_stay(stays, asked.whose)
    )
    if found is None:
        raise stay_unclear()
    noted = noting.note_preference(
        db,
        NoteIn(
            id=asked.id,
            guest_id=found.guest_id,
            stay_id=found.stay_id,
            room_no=asked.room_no,
            code=asked.code,
            value=asked.value,
            words=asked.words,
            source=asked.source,
            observed_at=observed_at,
        ),
        by=by,
    )
    return _told(noted)


def withdraw_note(db: Session, note_id: UUID, *, by: Actor) -> RoomNoteOut:
    """Take one's own note back, within ten minutes; said again it stays taken back."""
    return _told(noting.withdraw(db, note_id, by=by))


_CONTENT = ("code", "value", "words", "room_no", "source")


def _noted_before(db: Session, asked: RoomNoteIn, by: Actor) -> ObservationOut | None:
    """What this note became when it came the first time; `NotedOtherwise` for another note.

    Asked before the stay is looked for: meanwhile the guest may have left the room.
    """
    row = (
        db.connection()
        .execute(
            select(
                *cols(Observation.code, Observation.value, Observation.words, Observation.room_no,
                      Observation.source, Observation.noted_by)
            ).where(col(Observation.id) == asked.id)
        )
        .first()
    )  # fmt: skip
    if row is None:
        return None
    same = all(getattr(row, name) == getattr(asked, name) for name in _CONTENT)
    if row.noted_by != by.staff_id or not same:
        raise NotedOtherwise
    return observation(db, asked.id, by=by, own=True)


def _told(noted: ObservationOut) -> RoomNoteOut:
    """The answer without a guest: whose room it is, is nobody's business in the corridor."""
    return RoomNoteOut(
        id=noted.id,
        room_no=noted.room_no,
        text=noted.text,
        state=noted.state,
        observed_at=noted.observed_at,
        withdrawable_until=noted.withdrawable_until,
    )


def _hotel_id(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise NotAllowed("Notes are written in a hotel. Choose one first.", "no_hotel")
    return by.hotel_id


def _room(db: Session, hotel_id: UUID, room_no: str) -> str:
    if db.get(Room, (hotel_id, room_no)) is None:
        raise Invalid("This hotel has no such room.", "room", pointer="/room_no")
    return room_no


def _stays_in(db: Session, hotel_id: UUID, room_no: str, at: datetime) -> list[InRoom]:
    """The stays of a room that an instant may be about: in house, or left around then."""
    house = hotel(db, hotel_id)
    zone = ZoneInfo(house.time_zone)
    day = at.astimezone(zone).date()
    facts = cols(Stay.id, Stay.guest_id, Stay.arrival_on, Stay.departure_on, Stay.checked_in_at,
                 Stay.checked_out_at, Stay.status)  # fmt: skip
    ours = select(*facts).where(
        col(Stay.hotel_id) == hotel_id,
        col(Stay.room_no) == room_no,
        col(Stay.guest_id).is_not(None),
    )
    rows = db.connection().execute(
        union_all(
            ours.where(col(Stay.status) == IN_HOUSE),
            ours.where(
                col(Stay.status) == StayStatus.CHECKED_OUT,
                col(Stay.departure_on).between(day - LEFT_WITHIN, day + STILL_TO_LEAVE),
            ),
        )
    )
    return [_in_room(row, zone, house.check_in_at, house.check_out_at) for row in rows]


def _in_room(row: Any, zone: ZoneInfo, check_in: time, check_out: time) -> InRoom:
    """Instants by the desk's clock, or the hotel's hours where the PMS told none."""
    since = row.checked_in_at or datetime.combine(row.arrival_on, check_in, zone)
    until = None
    if row.status is StayStatus.CHECKED_OUT:
        until = row.checked_out_at or datetime.combine(row.departure_on, check_out, zone)
    return InRoom(row.id, row.guest_id, since, until)
