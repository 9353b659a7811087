"""Who a note is about, in two statements: the name as its reader may see it, the stay, the room."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session, col

from crm.guests.queries import no_such_guest, shown_name, visible_to
from crm.guests.tables import Guest
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.profile.queries import stay_now
from crm.profile.sights import THE_GUEST, Reader, reader_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from crm.stays.queries import of_guest
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

STAYS_READ = 20
CURRENT = (StayStatus.IN_HOUSE, StayStatus.BOOKED, StayStatus.CHECKED_OUT)


class Subject(Out):
    """The guest of a note. ``name`` is null for those who work by rooms and read no files."""

    guest_id: UUID
    name: str | None
    room: str | None
    status: StayStatus | None
    stay_id: UUID | None


def subject(db: Session, guest_id: UUID, *, by: Actor) -> Subject:
    """The guest as the drawer's head shows it; `NotFound` when it is out of reach."""
    reader = reader_of(by, Channel.PAGE)
    guest = (
        db.connection().execute(reader.prepared("subject", _guest), {"the_guest": guest_id}).first()
    )
    if guest is None:
        raise no_such_guest()
    stays = db.connection().execute(
        reader.prepared("subject's stays", _stays), {"the_guest": guest_id}
    )
    today = guest.business_on or clock.today_in("UTC")
    stay = stay_now(list(stays), today, by.hotel_id)
    named = by.may("guests.read") and reader.sees("guest.name")
    return Subject(
        guest_id=guest_id,
        name=_name(guest, by) if named else None,
        room=stay.room_no if stay else None,
        status=stay.status if stay else None,
        stay_id=stay.id if stay else None,
    )


def _guest(reader: Reader) -> Select[Any]:
    return (
        select(
            *cols(
                Guest.ref, Guest.name_native, Guest.name_latin, Guest.alias, Guest.is_incognito,
                Hotel.business_on,
            )
        )
        .outerjoin(Hotel, col(Hotel.id) == reader.by.hotel_id)
        .where(col(Guest.id) == THE_GUEST, visible_to(reader.by))
    )  # fmt: skip


def _stays(reader: Reader) -> Select[Any]:
    return (
        select(
            *cols(
                Stay.id, Stay.hotel_id, Stay.status, Stay.arrival_on, Stay.departure_on,
                Stay.room_no,
            )
        )
        .where(of_guest(THE_GUEST, reader.by), col(Stay.status).in_(CURRENT))
        .order_by(col(Stay.arrival_on).desc(), col(Stay.id).desc())
        .limit(STAYS_READ)
    )  # fmt: skip


def names_of(db: Session, guest_ids: Collection[UUID], *, by: Actor) -> dict[UUID, str]:
    """The shown names of those of these guests whose files this reader may open."""
    if not guest_ids or not by.may("guests.read"):
        return {}
    rows = db.connection().execute(
        select(
            *cols(
                Guest.id, Guest.ref, Guest.name_native, Guest.name_latin, Guest.alias,
                Guest.is_incognito,
            )
        ).where(col(Guest.id).in_(sorted(set(guest_ids))), visible_to(by))
    )  # fmt: skip
    return {row.id: _name(row, by) for row in rows}


def _name(row: Any, by: Actor) -> str:
    return shown_name(
        name_native=row.name_native,
        name_latin=row.name_latin,
        alias=row.alias,
        is_incognito=row.is_incognito,
        by=by,
        ref=row.ref,
    )
