"""The rooms of a floor for housekeeping: what to do in each, never who sleeps there.

Rooms stand in door order and nobody's order of work is told. A note is the instruction that
the catalogue gives to housekeeping; no name, no phone and no reason leaves by this way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    bindparam,
    func,
    select,
    union_all,
)
from sqlmodel import Session, col

from crm.guests.tables import Guest
from crm.guests.terms import VipLevel
from crm.hotels.tables import Hotel, Room
from crm.hotels.terms import DepartmentCode, RoomService
from crm.kit.errors import NotFound
from crm.kit.rows import cols
from crm.preferences.terms import Sensitivity
from crm.profile import rules, sources
from crm.profile.board import IN_HOUSE
from crm.profile.rules import Claim
from crm.profile.schemas import Door, DoorNote, Floor, FloorFilter, Phrase, Term, Weight
from crm.profile.sights import Reader, reader_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

TODAY, ON_FLOOR = bindparam("today", type_=Date), bindparam("on_floor", type_=String)


def floor(
    db: Session, *, by: Actor, name: str | None = None, only: FloorFilter = FloorFilter.ALL
) -> Floor:
    """One floor of the reader's hotel (the lowest unless named), with counts by filter."""
    by.need("rooms.read")
    reader = reader_of(by, Channel.LIST)
    floors, today, leave_by = _house(db, reader)
    chosen = name if name in floors else (floors[0] if floors else "")
    rooms = _rooms(db, reader, chosen)
    stays = _stays(db, reader, chosen, today)
    wishes = _claims(db, reader, [stay for stay in stays if stay.guest_id is not None])
    doors = [_door(room, stays, wishes, reader, today, leave_by) for room in rooms]
    return Floor(
        name=chosen,
        floors=floors,
        chosen=only,
        counts={f.value: sum(_fits(door, f) for door in doors) for f in FloorFilter},
        on=today,
        rooms=[door for door in doors if _fits(door, only)],
    )


def _fits(door: Door, wanted: FloorFilter) -> bool:
    match wanted:
        case FloorFilter.NOTED:
            return bool(door.notes)
        case FloorFilter.DUE:
            return door.situation in ("due", "left_due", "turn")
        case FloorFilter.LEAVING:
            return door.situation in ("leaving", "turn")
        case _:
            return True


def _house(db: Session, reader: Reader) -> tuple[list[str], date, str]:
    rows = db.connection().execute(reader.prepared("floors", _floors)).all()
    if not rows:
        raise NotFound("There is no such hotel here.", "hotel")
    floors = sorted((row.floor for row in rows if row.floor), key=lambda f: (len(f), f))
    return floors, rows[0].business_on, f"{rows[0].check_out_at:%H:%M}"


def _floors(reader: Reader) -> Select[Any]:
    return (
        select(*cols(Room.floor, Hotel.business_on, Hotel.check_out_at))
        .select_from(Hotel)
        .outerjoin(Room, col(Room.hotel_id) == col(Hotel.id))
        .where(col(Hotel.id) == reader.by.hotel_id)
        .distinct()
    )


def _rooms(db: Session, reader: Reader, on_floor: str) -> Sequence[Any]:
    query = reader.prepared("floor rooms", _rooms_query)
    return db.connection().execute(query, {"on_floor": on_floor}).all()


def _rooms_query(reader: Reader) -> Select[Any]:
    return (
        select(*cols(Room.no, Room.cleanliness, Room.service))
        .where(col(Room.hotel_id) == reader.by.hotel_id, col(Room.floor) == ON_FLOOR)
        .order_by(func.length(col(Room.no)), col(Room.no))
    )


def _stays(db: Session, reader: Reader, on_floor: str, today: date) -> Sequence[Any]:
    query = reader.prepared("floor stays", _stays_query)
    return db.connection().execute(query, {"on_floor": on_floor, "today": today}).all()


def _stays_query(reader: Reader) -> Select[Any]:
    """Who is in a room of the floor, is due there today, or left it today."""
    at_door = and_(col(Room.hotel_id) == col(Stay.hotel_id), col(Room.no) == col(Stay.room_no))
    facts = cols(Stay.id, Stay.version, Stay.guest_id, Stay.room_no, Stay.status,
                 Stay.departure_on, Stay.eta, Guest.vip, Guest.vip_until)  # fmt: skip
    return (
        select(*facts)
        .join(Room, at_door)
        .outerjoin(Guest, col(Guest.id) == col(Stay.guest_id))
        .where(col(Stay.id).in_(_today(reader)), col(Room.floor) == ON_FLOOR)
        .order_by(col(Stay.id))
    )


def _today(reader: Reader) -> CompoundSelect[Any]:
    """Three ways to be on the floor, each by an index of its own."""
    ours = select(*cols(Stay.id)).where(col(Stay.hotel_id) == reader.by.hotel_id)
    return union_all(
        ours.where(col(Stay.status) == IN_HOUSE),
        ours.where(col(Stay.status) == StayStatus.BOOKED, col(Stay.arrival_on) == TODAY),
        ours.where(col(Stay.status) == StayStatus.CHECKED_OUT, col(Stay.departure_on) == TODAY),
    )


def _claims(db: Session, reader: Reader, stays: Sequence[Any]) -> dict[Any, list[Claim]]:
    """What housekeeping reads of each stay's guest, by stay."""
    if not stays:
        return {}
    noted = sources.preferences_of(db, sorted({stay.guest_id for stay in stays}), reader)
    ours = [pair for pair in noted if DepartmentCode.HOUSEKEEPING in pair[1].departments]
    return {
        stay.id: [
            claim
            for pair in ours
            if pair[0].guest_id == stay.guest_id
            and (claim := sources.claim_of(pair, stay_id=stay.id)) is not None
        ]
        for stay in stays
    }


# ---------------------------------------------------------------- one door
@dataclass(frozen=True)
class AtDoor:
    """The stays of one room today."""

    here: Any = None
    due: Any = None
    gone: Any = None

    @property
    def whose(self) -> Any:
        """For whom the room is made: the guest to come, once the one inside leaves."""
        return self.due or self.here


def _at_door(room_no: str, stays: Iterable[Any]) -> AtDoor:
    found = {stay.status: stay for stay in stays if stay.room_no == room_no}
    return AtDoor(
        here=found.get(StayStatus.IN_HOUSE),
        due=found.get(StayStatus.BOOKED),
        gone=found.get(StayStatus.CHECKED_OUT),
    )


def _door(
    room: Any,
    stays: Sequence[Any],
    wishes: dict[Any, list[Claim]],
    reader: Reader,
    today: date,
    leave_by: str,
) -> Door:
    at = _at_door(room.no, stays)
    situation = situation_of(at, today)
    whose = at.whose
    notes = door_notes(wishes.get(whose.id, ())) if whose is not None else []
    return Door(
        no=room.no,
        situation=situation,
        state=_state(situation, room, at, leave_by),
        cleanliness=room.cleanliness,
        vip=_vip(whose, reader, today),
        version=sum(stay.version for stay in (at.here, at.due, at.gone) if stay is not None),
        notes=notes[: rules.DOOR_NOTES],
        more=max(0, len(notes) - rules.DOOR_NOTES),
    )


def situation_of(at: AtDoor, today: date) -> str:
    """vacant, due, in_house, leaving, turn (leaving, next due), left or left_due."""
    if at.here is not None:
        if at.here.departure_on > today:
            return "in_house"
        return "turn" if at.due else "leaving"
    if at.gone is not None:
        return "left_due" if at.due else "left"
    return "due" if at.due else "vacant"


_DOOR_SIGNS = {RoomService.DO_NOT_DISTURB: "_dnd", RoomService.MAKE_UP: "_makeup"}


def _state(situation: str, room: Any, at: AtDoor, leave_by: str) -> Phrase:
    """The state of the room in words: cleanliness is a word here and never a colour."""
    values: dict[str, Any] = {"clean": Term(kind="cleanliness", value=room.cleanliness.value)}
    code = situation
    if situation == "in_house" and room.service in _DOOR_SIGNS:
        return Phrase(code=f"door.in_house{_DOOR_SIGNS[room.service]}")
    if situation in ("leaving", "turn"):
        values["by"] = leave_by
    if at.due is not None and at.due.eta is not None and situation in ("due", "left_due", "turn"):
        code, values = f"{code}_at", values | {"eta": f"{at.due.eta:%H:%M}"}
    return Phrase(code=f"door.{code}", values=values)


def door_notes(claims: Iterable[Claim]) -> list[DoorNote]:
    """Instructions, what must be known first; a wish only seen by somebody does not act yet."""
    acting = [claim for claim in claims if claim.confirmed or rules.is_must_know(claim)]
    acting.sort(key=lambda claim: not rules.is_must_know(claim))
    return [
        DoorNote(
            weight=Weight.MUST_KNOW if rules.is_must_know(claim) else Weight.NOTE,
            code=claim.named_code,
            text=claim.instruction,
        )
        for claim in acting
        if _is_for_the_room(claim)
    ]


def _is_for_the_room(claim: Claim) -> bool:
    """What reservations settle by choosing the room is done; needs of health still matter."""
    settled = rules.concerns_the_room(claim) and claim.sensitivity is Sensitivity.NORMAL
    return not settled or rules.is_must_know(claim)


def _vip(stay: Any, reader: Reader, today: date) -> VipLevel | None:
    if stay is None or (stay.vip_until is not None and stay.vip_until < today):
        return None
    return reader.clear("guest.vip", stay.vip)
