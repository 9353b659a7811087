"""The rooms of a floor for housekeeping: what to do in each, never who sleeps there.

Rooms stand in door order and nobody's order of work is told. A note is the instruction that
the catalogue gives to housekeeping; no name, no phone and no reason leaves by this way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

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
from crm.hotels.terms import Cleanliness, DepartmentCode, RoomService
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.kit.rows import cols
from crm.preferences.terms import Sensitivity
from crm.preparing.queries import items_for_rooms
from crm.profile import evening, rules, sources
from crm.profile.board import IN_HOUSE
from crm.profile.likely import Likely, RoomKnown, likely_codes
from crm.profile.queries import birthday_facts
from crm.profile.rules import Claim
from crm.profile.schemas import (
    Door,
    DoorNote,
    Evening,
    Floor,
    FloorFilter,
    Phrase,
    Term,
    Tick,
    Weight,
)
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
    found = whole_floor(db, by=by, name=name, only=only)
    fitting = [door for door in found.rooms if only in door.fits]
    return found.model_copy(update={"rooms": fitting})


def whole_floor(
    db: Session, *, by: Actor, name: str | None = None, only: FloorFilter | None = None
) -> Floor:
    """The same with all its rooms, whatever the filter: a phone filters without a network.

    Without ``only`` the hotel's clock chooses: from `evening.FROM_HOUR` on the turn-down round.
    """
    by.need("rooms.read")
    reader = reader_of(by, Channel.LIST)
    house = _house(db, reader)
    chosen = name if name in house.floors else (house.floors[0] if house.floors else "")
    rooms = _rooms(db, reader, chosen)
    stays = _stays(db, reader, chosen, house.today)
    wishes = _claims(db, reader, [stay for stay in stays if stay.guest_id is not None])
    ticks = _ticks(db, by, [room.no for room in rooms])
    known = _known_in_rooms(rooms, stays, wishes)
    likely = likely_codes(db, by, known, today=house.today, country=house.country)
    doors = [_door(room, stays, wishes, reader, house, ticks, likely) for room in rooms]
    return Floor(
        name=chosen,
        floors=house.floors,
        chosen=only or house.usual_filter,
        counts={f.value: sum(f in door.fits for door in doors) for f in FloorFilter},
        on=house.today,
        rooms=doors,
        done=sum(door.cleanliness in DONE for door in doors),
        made_at=clock.now(),
        codes=list(likely.codes),
    )


DONE = (Cleanliness.CLEAN, Cleanliness.INSPECTED)


def _fits(situation: str, notes: Sequence[DoorNote], tonight: Evening | None) -> list[FloorFilter]:
    """The filters that keep a door."""
    kept = {
        FloorFilter.ALL: True,
        FloorFilter.NOTED: bool(notes),
        FloorFilter.DUE: situation in ("due", "left_due", "turn"),
        FloorFilter.LEAVING: situation in ("leaving", "turn"),
        FloorFilter.TURN_DOWN: tonight is not None,
    }
    return [wanted for wanted, is_kept in kept.items() if is_kept]


@dataclass(frozen=True)
class House:
    """What the floor needs to know of the hotel."""

    floors: list[str]
    today: date
    leave_by: str
    leap_day: Any
    country: str
    hour: int

    @property
    def usual_filter(self) -> FloorFilter:
        evening_now = self.hour >= evening.FROM_HOUR
        return FloorFilter.TURN_DOWN if evening_now else FloorFilter.ALL


def _house(db: Session, reader: Reader) -> House:
    rows = db.connection().execute(reader.prepared("floors", _floors)).all()
    if not rows:
        raise NotFound("There is no such hotel here.", "hotel")
    hotel = rows[0]
    return House(
        floors=sorted((row.floor for row in rows if row.floor), key=lambda f: (len(f), f)),
        today=hotel.business_on,
        leave_by=f"{hotel.check_out_at:%H:%M}",
        leap_day=hotel.leap_day_rule,
        country=hotel.country,
        hour=clock.now().astimezone(ZoneInfo(hotel.time_zone)).hour,
    )


def _floors(reader: Reader) -> Select[Any]:
    return (
        select(
            *cols(Room.floor, Hotel.business_on, Hotel.check_out_at, Hotel.time_zone,
                  Hotel.leap_day_rule, Hotel.country)
        )
        .select_from(Hotel)
        .outerjoin(Room, col(Room.hotel_id) == col(Hotel.id))
        .where(col(Hotel.id) == reader.by.hotel_id)
        .distinct()
    )  # fmt: skip


def _rooms(db: Session, reader: Reader, on_floor: str) -> Sequence[Any]:
    query = reader.prepared("floor rooms", _rooms_query)
    return db.connection().execute(query, {"on_floor": on_floor}).all()


def _rooms_query(reader: Reader) -> Select[Any]:
    return (
        select(*cols(Room.no, Room.cleanliness, Room.service, Room.features))
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
                 Stay.departure_on, Stay.eta, Guest.vip, Guest.vip_until, Guest.in_private,
                 Guest.birth_calendar, Guest.birth_year, Guest.birth_month, Guest.birth_day,
                 Guest.birth_leap)  # fmt: skip
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


@dataclass(frozen=True)
class Known:
    """What housekeeping reads of a stay's guest, and all codes that are noted of them.

    The codes decide only how discreet a birthday is; those of other departments go no further.
    """

    claims: list[Claim]
    codes: frozenset[str]


NOTHING = Known([], frozenset())


def _claims(db: Session, reader: Reader, stays: Sequence[Any]) -> dict[Any, Known]:
    """What is known of each stay's guest, by stay."""
    if not stays:
        return {}
    noted = sources.preferences_of(db, sorted({stay.guest_id for stay in stays}), reader)
    return {
        stay.id: _known([pair for pair in noted if pair[0].guest_id == stay.guest_id], stay.id)
        for stay in stays
    }


def _known(noted: Sequence[sources.Noted], stay_id: Any) -> Known:
    ours = [pair for pair in noted if DepartmentCode.HOUSEKEEPING in pair[1].departments]
    claims = [sources.claim_of(pair, stay_id=stay_id) for pair in ours]
    return Known(
        claims=[claim for claim in claims if claim is not None],
        codes=frozenset(code.code for _, code in noted),
    )


def _ticks(db: Session, by: Actor, room_nos: Sequence[str]) -> dict[str, list[Tick]]:
    """What is set in each room, of the department that asks; nothing for who ticks nothing."""
    if not room_nos or not by.may("preparing.tick"):
        return {}
    doings = items_for_rooms(db, by=by, room_nos=room_nos)
    return {
        no: [Tick(id=one.id, text=one.text, done=one.done_at is not None) for one in found]
        for no, found in doings.items()
    }


def _known_in_rooms(
    rooms: Sequence[Any], stays: Sequence[Any], wishes: dict[Any, Known]
) -> dict[str, RoomKnown]:
    """What is known of the guest whom a note in each room would be about: the one inside, or
    who left today."""
    found = {}
    for room in rooms:
        at = _at_door(room.no, stays)
        about = at.here or at.gone
        known = NOTHING if about is None else wishes.get(about.id, NOTHING)
        found[room.no] = RoomKnown(room.features or (), known.claims)
    return found


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
    wishes: dict[Any, Known],
    reader: Reader,
    house: House,
    ticks: dict[str, list[Tick]],
    likely: Likely,
) -> Door:
    at = _at_door(room.no, stays)
    situation = situation_of(at, house.today)
    whose = at.whose
    known = NOTHING if whose is None else wishes.get(whose.id, NOTHING)
    notes, tonight = door_notes(known.claims), None
    if evening.is_on_round(situation):
        tonight = _tonight(whose, room, known, reader, house)
    return Door(
        no=room.no,
        situation=situation,
        state=_state(situation, room, at, house.leave_by),
        cleanliness=room.cleanliness,
        vip=_vip(whose, reader, house.today),
        version=sum(stay.version for stay in (at.here, at.due, at.gone) if stay is not None),
        notes=notes[: rules.DOOR_NOTES],
        more=max(0, len(notes) - rules.DOOR_NOTES),
        evening=tonight,
        ticks=ticks.get(room.no, []),
        likely=likely.of_room[room.no],
        fits=_fits(situation, notes, tonight),
    )


def _tonight(whose: Any, room: Any, known: Known, reader: Reader, house: House) -> Evening:
    birthday = None
    if whose.guest_id is not None and reader.sees("guest.birthday"):
        birthday = birthday_facts(whose, house.today, house.leap_day, known.codes)
    return evening.evening(
        known.claims,
        room.service,
        birthday,
        birthday_today=birthday is not None and birthday.next_on == house.today,
        as_notes=door_notes,
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


_ROUND = (evening.WANTED, evening.NOT_WANTED)
"""Told by the turn-down round itself."""


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
        if _is_for_the_room(claim) and claim.code not in _ROUND
    ]


def _is_for_the_room(claim: Claim) -> bool:
    """What reservations settle by choosing the room is done; needs of health still matter."""
    settled = rules.concerns_the_room(claim) and claim.sensitivity is Sensitivity.NORMAL
    return not settled or rules.is_must_know(claim)


def _vip(stay: Any, reader: Reader, today: date) -> VipLevel | None:
    if stay is None or (stay.vip_until is not None and stay.vip_until < today):
        return None
    return reader.clear("guest.vip", stay.vip)
