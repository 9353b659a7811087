"""Which free room fits a stay best: wishes against what the rooms have.

Only confirmed wishes count; what was merely seen is told beside them. A need that protects the
guest stands above all counting: a room that fails it comes last, however much else it meets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from crm.guests.tables import Guest
from crm.hotels.tables import Hotel, Room, RoomType
from crm.hotels.terms import Cleanliness
from crm.kit.errors import RuleBroken
from crm.kit.rows import cols, named
from crm.kit.schema import Out
from crm.profile import rules, sources
from crm.profile.board import names_of
from crm.profile.rules import Claim, RoomFacts
from crm.profile.sights import Reader, reader_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from crm.stays.queries import no_such_stay, within_reach
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus

ROOMS_MAX = 60
OPEN_STATES = (StayStatus.BOOKED, StayStatus.IN_HOUSE)


class Judged(Out):
    """One wish before one room. ``met`` is null when the room does not decide or nobody can tell;
    ``counts`` says that it is confirmed, ``needed`` that it protects the guest."""

    code: str | None
    text: str
    met: bool | None
    counts: bool
    needed: bool


class RoomChoice(Out):
    """A free room: ``met`` of ``wanted`` confirmed wishes; ``fails`` are needs it does not meet.

    ``leaves_first`` says that somebody still sleeps in it who leaves before this stay begins.
    """

    room: str
    floor: str
    cleanliness: Cleanliness
    met: int
    wanted: int
    missing: list[str]
    fails: list[str]
    judged: list[Judged]
    leaves_first: bool
    is_assigned: bool


class RoomMatch(Out):
    """The free rooms of the booked type for one stay, the best first; ``free`` counts them all."""

    stay_id: UUID
    version: int
    guest_id: UUID | None
    name: str
    latin_name: str
    confirmation_no: str | None
    status: StayStatus
    arrival_on: date
    departure_on: date
    nights: int
    room_type: str | None
    room_type_name: str | None
    assigned: str | None
    wanted: int
    needs: list[str] = Field(default_factory=list)
    free: int
    rooms: list[RoomChoice]


def room_match(
    db: Session, stay_id: UUID, *, by: Actor, channel: Channel = Channel.PAGE
) -> RoomMatch:
    """Free rooms for a stay of the reader's hotels; `NotFound` out of reach, `RuleBroken` when
    the stay is over."""
    by.need("rooms.match")
    reader = reader_of(by, channel)
    stay = _stay(db, stay_id, reader)
    if stay.status not in OPEN_STATES:
        raise RuleBroken(
            "This stay is over or was cancelled: it needs no room.", "stay_needs_no_room"
        )
    rooms = _rooms(db, stay)
    others = _others(db, stay)
    claims = _claims(db, stay, reader)
    free = free_rooms(rooms, others, stay)
    choices = ranked(free, claims, stay.last_room_no, assigned=stay.room_no)
    name, latin = names_of(stay, reader)
    return RoomMatch(
        stay_id=stay.id,
        version=stay.version,
        guest_id=stay.guest_id,
        name=name,
        latin_name=latin,
        confirmation_no=stay.confirmation_no,
        status=stay.status,
        arrival_on=stay.arrival_on,
        departure_on=stay.departure_on,
        nights=stay.nights,
        room_type=stay.room_type_booked,
        room_type_name=stay.type_name_zh if reader.in_chinese else stay.type_name,
        assigned=stay.room_no,
        wanted=sum(rules.concerns_the_room(claim) and claim.confirmed for claim in claims),
        needs=[claim.text for claim in claims if is_needed(claim)],
        free=len(choices),
        rooms=choices[:ROOMS_MAX],
    )


# ---------------------------------------------------------------- on paper
@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that nobody has during the stay."""

    no: str
    floor: str
    cleanliness: Cleanliness
    features: frozenset[str]
    leaves_first: bool = False


def free_rooms(rooms: Iterable[Any], others: Iterable[Any], stay: Any) -> list[FreeRoom]:
    """Rooms without another stay that overlaps; a guest who leaves on the day of arrival does not.

    Day use counts as one night, so that two of them do not share a room.
    """
    begins = stay.arrival_on
    ends = max(stay.departure_on, begins + timedelta(days=1))
    taken: set[str] = set()
    leaving: set[str] = set()
    for other in others:
        until = max(other.departure_on, other.arrival_on + timedelta(days=1))
        if other.arrival_on < ends and until > begins:
            taken.add(other.room_no)
        elif other.status is StayStatus.IN_HOUSE:
            leaving.add(other.room_no)
    return [
        FreeRoom(
            room.no,
            room.floor,
            room.cleanliness,
            frozenset(room.features or ()),
            leaves_first=room.no in leaving,
        )
        for room in rooms
        if room.no not in taken
    ]


def is_needed(claim: Claim) -> bool:
    """A need that protects the guest and that the room decides: access, and what must be known."""
    protects = rules.is_must_know(claim) or claim.group == "AC"
    return protects and rules.concerns_the_room(claim)


def ranked(
    rooms: Iterable[FreeRoom],
    claims: Sequence[Claim],
    last_room: str | None = None,
    *,
    assigned: str | None = None,
) -> list[RoomChoice]:
    """The rooms, the best first: needs, then confirmed wishes met, then seen ones, then ready.

    Equals stand in door order, so that two who look at the same list see the same.
    """
    wishes = [claim for claim in claims if rules.concerns_the_room(claim)]
    choices = [_choice(room, wishes, last_room, assigned) for room in rooms]
    return sorted(choices, key=_place)


def _place(choice: RoomChoice) -> tuple[int, int, int, bool, bool, int, str]:
    seen = sum(judged.met is True and not judged.counts for judged in choice.judged)
    ready = choice.cleanliness in (Cleanliness.CLEAN, Cleanliness.INSPECTED)
    return (
        len(choice.fails),
        -choice.met,
        -seen,
        choice.leaves_first,
        not ready,
        len(choice.room),
        choice.room,
    )


def _choice(
    room: FreeRoom, wishes: Sequence[Claim], last_room: str | None, assigned: str | None
) -> RoomChoice:
    facts = RoomFacts(room.no, room.features)
    judged = [
        Judged(
            code=claim.named_code,
            text=claim.text,
            met=rules.is_met(claim, facts, last_room),
            counts=claim.confirmed,
            needed=is_needed(claim),
        )
        for claim in wishes
    ]
    counted = [one for one in judged if one.counts and one.met is not None]
    return RoomChoice(
        room=room.no,
        floor=room.floor,
        cleanliness=room.cleanliness,
        met=sum(one.met is True for one in counted),
        wanted=len(counted),
        missing=[one.text for one in counted if one.met is False],
        fails=[one.text for one in judged if one.needed and one.met is False],
        judged=sorted(judged, key=lambda one: (not one.needed, not one.counts)),
        leaves_first=room.leaves_first,
        is_assigned=room.no == assigned,
    )


# ---------------------------------------------------------------- reading
_STAY = cols(
    Stay.id, Stay.version, Stay.hotel_id, Stay.guest_id, Stay.status, Stay.confirmation_no,
    Stay.arrival_on, Stay.departure_on, Stay.nights, Stay.room_type_booked, Stay.room_no,
    Stay.group_name, Guest.name_native, Guest.name_latin, Guest.alias, Guest.is_incognito,
    Guest.nationality, Guest.ref, Hotel.business_on, GuestFigure.last_room_no,
    named(RoomType.name, "type_name"), named(RoomType.name_zh, "type_name_zh"),
)  # fmt: skip


def _stay(db: Session, stay_id: UUID, reader: Reader) -> Any:
    kind = and_(
        col(RoomType.hotel_id) == col(Stay.hotel_id),
        col(RoomType.code) == col(Stay.room_type_booked),
    )
    figure = and_(
        col(GuestFigure.guest_id) == col(Stay.guest_id),
        col(GuestFigure.hotel_id) == col(Stay.hotel_id),
    )
    query = (
        select(*_STAY)
        .select_from(Stay)
        .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
        .outerjoin(Guest, col(Guest.id) == col(Stay.guest_id))
        .outerjoin(RoomType, kind)
        .outerjoin(GuestFigure, figure)
        .where(col(Stay.id) == stay_id, within_reach(Stay, reader.by))
    )
    row = db.connection().execute(query).first()
    if row is None:
        raise no_such_stay()
    return row


def _rooms(db: Session, stay: Any) -> Sequence[Any]:
    """The rooms of the booked type that can be slept in; of every type where none was booked."""
    query = select(*cols(Room.no, Room.floor, Room.cleanliness, Room.features)).where(
        col(Room.hotel_id) == stay.hotel_id, col(Room.cleanliness) != Cleanliness.OUT_OF_ORDER
    )
    if stay.room_type_booked is not None:
        query = query.where(col(Room.room_type) == stay.room_type_booked)
    return db.connection().execute(query).all()


def _others(db: Session, stay: Any) -> Sequence[Any]:
    """Other stays that have a room and may overlap; who is in house is always looked at."""
    ours = and_(
        col(Stay.hotel_id) == stay.hotel_id,
        col(Stay.room_no).is_not(None),
        col(Stay.id) != stay.id,
    )
    coming = and_(
        col(Stay.status) == StayStatus.BOOKED,
        col(Stay.arrival_on) <= stay.departure_on,
        col(Stay.departure_on) >= stay.arrival_on,
    )
    query = select(*cols(Stay.room_no, Stay.status, Stay.arrival_on, Stay.departure_on)).where(
        ours, or_(col(Stay.status) == StayStatus.IN_HOUSE, coming)
    )
    return db.connection().execute(query).all()


def _claims(db: Session, stay: Any, reader: Reader) -> list[Claim]:
    if stay.guest_id is None:
        return []
    noted = sources.preferences_of(db, [stay.guest_id], reader)
    return [
        claim for pair in noted if (claim := sources.claim_of(pair, stay_id=stay.id)) is not None
    ]
