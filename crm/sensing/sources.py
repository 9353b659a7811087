"""From stays, rooms and folios to what each stay showed: SQL for many, plain rules for each.

One definition serves the guest who has just left, the nightly pass and the base rates, so that
a guest is compared with the house by the same measure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from crm.hotels.tables import Hotel, Room
from crm.kit.db import chunks
from crm.kit.dbtypes import as_it_lies, clock_from, day_from, key_from
from crm.kit.rows import cols
from crm.preferences.tables import HotelCode, PreferenceCode
from crm.preferences.terms import Polarity
from crm.sensing import rules
from crm.sensing.reading import Reader, WordRule
from crm.sensing.rules import Found, Rates, Seen, Trait
from crm.sensing.tables import BaseRate, FolioRule
from crm.sensing.terms import (
    BASE_STAYS,
    EARLY_BY_MINUTES,
    LAST_STAYS,
    LATE_FROM_MINUTES,
    LATE_OUT_MINUTES,
    MIN_CASES,
    WITHIN_YEARS,
    Occasion,
)
from crm.stays.tables import FolioLine, Stay
from crm.stays.terms import FolioCategory, Purpose, StayStatus

_BATCH = 400
_LOOKED_AT = 2 * LAST_STAYS
"""Not every stay has every occasion."""
_DAY = 24 * 60
_HIGH, _LOW = Trait("FL.HIGH"), Trait("FL.LOW")
_LATE, _EARLY, _LATE_OUT = Trait("TR.LATEARR"), Trait("SV.EARLYIN"), Trait("SV.LATEOUT")
_NOTHING: tuple[Trait, ...] = ()
_STAY = (
    *map(as_it_lies, cols(Stay.guest_id, Stay.id, Stay.hotel_id)),
    as_it_lies(col(Stay.departure_on)),
    *cols(Stay.room_no, Stay.eta),
    *map(as_it_lies, cols(
        Stay.arrival_on, Stay.checked_in_at, Stay.checked_out_at, Stay.group_name, Stay.purpose,
    )),
)  # fmt: skip
_LINE = (
    *map(as_it_lies, cols(FolioLine.stay_id, FolioLine.category)),
    *cols(FolioLine.outlet, FolioLine.text),
    as_it_lies(col(FolioLine.meal_period)),
)
_RawKey = Any
"""A key in the driver's own form."""
_RawDay = Any
_RawInstant = Any


@dataclass(eq=False)
class House:
    """One hotel as sensing sees it: its clock, rooms, words and the codes it uses."""

    place: int
    id: UUID
    zone: ZoneInfo
    check_in: int
    check_out: int
    codes: frozenset[str]
    reader: Reader
    rooms: dict[str, tuple[Trait, ...]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    above: int | None = None
    up_to: int | None = None
    _offsets: dict[_RawDay, int] = field(default_factory=dict)

    def minutes(self, raw: _RawInstant, on: _RawDay) -> int:
        """Minutes of the hotel's clock since the beginning of a day."""
        offset = self._offsets.get(on)
        if offset is None:
            day = day_from(on)
            noon = datetime.combine(day, time(12), tzinfo=self.zone)
            seconds = (noon.utcoffset() or timedelta()).total_seconds()
            offset = self._offsets[on] = int(seconds // 60) - day.toordinal() * _DAY
        at = clock_from(raw)
        return at.toordinal() * _DAY + at.hour * 60 + at.minute + offset

    def threshold_of(self, trait: Trait) -> int | None:
        """The floor or the minute of the day that a code is about."""
        return {
            _HIGH: self.above,
            _LOW: self.up_to,
            _LATE: LATE_FROM_MINUTES,
            _EARLY: self.check_in - EARLY_BY_MINUTES,
            _LATE_OUT: self.check_out + LATE_OUT_MINUTES,
        }.get(trait)


class Group:
    """All hotels, by id and by place; what `sources` is asked with."""

    def __init__(self, db: Session) -> None:
        usable = _usable(db)
        own = _own_rules(db)
        off = _switched_off(db)
        shared = Reader()
        rows = (
            db.connection()
            .execute(
                select(
                    as_it_lies(col(Hotel.id)).label("raw"),
                    *cols(Hotel.id, Hotel.time_zone, Hotel.check_in_at, Hotel.check_out_at),
                ).order_by(col(Hotel.code))
            )
            .all()
        )
        self.houses = [
            House(
                place,
                row.id,
                ZoneInfo(row.time_zone),
                _of_day(row.check_in_at),
                _of_day(row.check_out_at),
                usable - off[row.id],
                Reader(own[row.id]) if row.id in own else shared,
            )
            for place, row in enumerate(rows)
        ]
        self.by_id = {house.id: house for house in self.houses}
        self.by_raw = {row.raw: house for row, house in zip(rows, self.houses, strict=True)}
        _furnish(db, self.by_id)
        self.conflicts = _conflicts(db)

    def rates(self, db: Session) -> Rates:
        """The stored base rates of all hotels."""
        rows = db.connection().execute(select(BaseRate.__table__))  # type: ignore[attr-defined]
        return Rates(
            (self.by_id[r.hotel_id].place, r.occasion, Trait(r.code, r.value), r.cases, r.stays)
            for r in rows
        )

    def threshold_of(self, found: Found) -> int | None:
        return self.houses[found.hotel].threshold_of(found.trait)


def _usable(db: Session) -> frozenset[str]:
    rows = db.connection().execute(
        select(*cols(PreferenceCode.code, PreferenceCode.sensitivity)).where(
            col(PreferenceCode.is_active).is_(True)
        )
    )
    return frozenset(r.code for r in rows if rules.may_be_sensed(r.code, r.sensitivity))


def _switched_off(db: Session) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = db.connection().execute(
        select(*cols(HotelCode.hotel_id, HotelCode.code)).where(col(HotelCode.is_active).is_(False))
    )
    for row in rows:
        found[row.hotel_id].add(row.code)
    return found


def _own_rules(db: Session) -> dict[UUID, list[WordRule]]:
    found: dict[UUID, list[WordRule]] = defaultdict(list)
    for row in db.connection().execute(
        select(FolioRule.__table__).order_by(  # type: ignore[attr-defined]
            col(FolioRule.hotel_id), col(FolioRule.no)
        )
    ):
        words = tuple(row.words.split("|"))
        found[row.hotel_id].append(WordRule(words, Trait(row.code, row.value), outlet=True))
    return found


def _conflicts(db: Session) -> dict[str, set[str]]:
    """By code the codes that contradict it, whichever of the two says so."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in db.connection().execute(
        select(*cols(PreferenceCode.code, PreferenceCode.conflicts_with))
    ):
        for other in row.conflicts_with:
            found[row.code].add(other)
            found[other].add(row.code)
    return found


def _furnish(db: Session, by_id: dict[UUID, House]) -> None:
    """Rooms with the features that tell of a wish, and which floors are high here."""
    telling = {
        row.code
        for row in db.connection().execute(
            select(*cols(PreferenceCode.code, PreferenceCode.polarity))
        )
        if row.polarity in (Polarity.LIKE, Polarity.NEED)
    }
    rows = db.connection().execute(
        select(*cols(Room.hotel_id, Room.no, Room.floor, Room.features, Room.room_type)).order_by(
            col(Room.hotel_id)
        )
    )
    for hotel_id, group in groupby(rows, key=itemgetter(0)):
        house, rooms = by_id[hotel_id], list(group)
        floors = {r.no: int(r.floor) for r in rooms if r.floor.isascii() and r.floor.isdecimal()}
        marked = [floors[r.no] for r in rooms if "FL.HIGH" in r.features and r.no in floors]
        house.above, house.up_to = rules.high_floors(list(floors.values()), marked)
        usable = house.codes & telling
        for room in rooms:
            traits = {Trait(code) for code in room.features if code in usable} - {_HIGH, _LOW}
            floor = floors.get(room.no)
            if floor is not None and house.above is not None and house.up_to is not None:
                traits |= {_HIGH} if floor > house.above and "FL.HIGH" in usable else set()
                traits |= {_LOW} if floor <= house.up_to and "FL.LOW" in usable else set()
            house.rooms[room.no] = tuple(sorted(traits))
            house.kinds[room.no] = room.room_type


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute


# ---------------------------------------------------------------- stays
def since(today: date) -> date:
    """The first arrival that counts."""
    return today - timedelta(days=round(365.25 * WITHIN_YEARS))


def _left(first: date) -> Select[Any]:
    """Stays that are over, of the years that count; crews' and groups' too."""
    return select(*_STAY).where(
        col(Stay.status) == StayStatus.CHECKED_OUT, col(Stay.arrival_on) >= first
    )


def next_guests(
    db: Session, first: date, after: UUID | None, limit: int
) -> tuple[int, UUID | None]:
    """How many guests come next who have enough stays for a habit, and the last of them.

    In the order of their keys, at most ``limit``, by an index alone.
    """
    query = (
        select(as_it_lies(col(Stay.guest_id)))
        .where(col(Stay.guest_id).is_not(None), col(Stay.arrival_on) >= first)
        .group_by(col(Stay.guest_id))
        .having(func.count() >= MIN_CASES)
        .order_by(col(Stay.guest_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(Stay.guest_id) > after)
    keys = db.connection().execute(query).scalars().all()
    return len(keys), key_from(keys[-1]) if keys else None


def of_range(
    db: Session, group: Group, first: date, after: UUID | None, last: UUID
) -> Iterator[tuple[UUID, list[Seen]]]:
    """What the stays of each guest between two keys showed, the newest first."""
    stays = _left(first).where(col(Stay.guest_id) <= last)
    lines = _lines(first).where(col(FolioLine.guest_id) <= last)
    if after is not None:
        stays = stays.where(col(Stay.guest_id) > after)
        lines = lines.where(col(FolioLine.guest_id) > after)
    yield from _of(db, group, stays, lines)


def of_guest(db: Session, group: Group, first: date, guest_id: UUID) -> list[Seen]:
    """The same of one guest."""
    stays = _left(first).where(col(Stay.guest_id) == guest_id)
    lines = _lines(first).where(col(FolioLine.guest_id) == guest_id)
    return next((seen for _, seen in _of(db, group, stays, lines)), [])


def _lines(first: date) -> Select[Any]:
    return select(*_LINE).where(
        col(FolioLine.category) != FolioCategory.ROOM, col(FolioLine.posted_on) >= first
    )


def _of(
    db: Session, group: Group, stays: Select[Any], lines: Select[Any]
) -> Iterator[tuple[UUID, list[Seen]]]:
    told: dict[_RawKey, list[Any]] = defaultdict(list)
    for line in db.connection().execute(lines).all():
        told[line[0]].append(line)
    rows = (
        db.connection()
        .execute(
            stays.order_by(col(Stay.guest_id), col(Stay.departure_on).desc(), col(Stay.id).desc())
        )
        .all()
    )
    for guest, mine in groupby(rows, key=itemgetter(0)):
        last = list(mine)[:_LOOKED_AT]
        if len(last) >= MIN_CASES:
            seen = [_seen(group.by_raw[row[2]], row, told.get(row[1], ())) for row in last]
            yield key_from(guest), rules.with_repeats(seen)


def _seen(house: House, row: Any, lines: Iterable[Any]) -> Seen:
    """What one stay showed; ``row`` has the columns of `_STAY`."""
    _, _, _, left_on, room_no, eta, arrival_on, in_at, out_at, group_name, purpose = row
    chosen = group_name is None and purpose != Purpose.CREW
    return Seen(
        house.place,
        left_on,
        room_no,
        (
            house.rooms.get(room_no) if chosen and room_no else None,
            None,
            _consumed(house, lines),
            _arrived(house, arrival_on, eta, in_at),
            _departed(house, left_on, out_at),
        ),
    )


def _consumed(house: House, lines: Iterable[Any]) -> tuple[Trait, ...] | None:
    of_line, codes = house.reader.of_line, house.codes
    found = [of_line(category, outlet, text, meal) for _, category, outlet, text, meal in lines]
    if not found:
        return None
    return tuple({trait for trait in found if trait is not None and trait.code in codes})


def _arrived(
    house: House, on: _RawDay, eta: time | None, at: _RawInstant
) -> tuple[Trait, ...] | None:
    """By the check-in; by the announced hour where there is none, or one typed in days later."""
    minutes = None if at is None else house.minutes(at, on)
    if minutes is None or not 0 <= minutes < _DAY + 6 * 60:
        minutes = None if eta is None else _of_day(eta)
    if minutes is None:
        return None
    if minutes >= LATE_FROM_MINUTES:
        return (_LATE,) if _LATE.code in house.codes else _NOTHING
    early = minutes <= house.check_in - EARLY_BY_MINUTES and _EARLY.code in house.codes
    return (_EARLY,) if early else _NOTHING


def _departed(house: House, on: _RawDay, at: _RawInstant) -> tuple[Trait, ...] | None:
    minutes = None if at is None else house.minutes(at, on)
    if minutes is None or not 0 <= minutes < _DAY:
        return None
    late = minutes >= house.check_out + LATE_OUT_MINUTES and _LATE_OUT.code in house.codes
    return (_LATE_OUT,) if late else _NOTHING


# ---------------------------------------------------------------- base rates
Count = tuple[Occasion, Trait, int, int]


def counted(db: Session, house: House, first: date) -> list[Count]:
    """How usual everything is in one hotel: by its last stays, which traits on how many of them."""
    rows = (
        db.connection()
        .execute(
            _left(first)
            .where(col(Stay.hotel_id) == house.id)
            .order_by(col(Stay.departure_on).desc())
            .limit(BASE_STAYS)
        )
        .all()
    )
    told = _lines_of(db, [key_from(row[1]) for row in rows])
    seen = [_seen(house, row, told.get(row[1], ())) for row in rows]
    found: list[Count] = []
    for occasion, place in rules.PLACES:
        shown = [traits for s in seen if (traits := s.shown[place]) is not None]
        counts = Counter(chain.from_iterable(shown))
        found += [(occasion, trait, cases, len(shown)) for trait, cases in counts.items()]
        if shown and not counts:
            found.append((occasion, rules.UNSEEN, 0, len(shown)))
    rooms = Counter(
        (house.kinds[s.room_no], s.room_no) for s in seen if s.shown[0] is not None and s.room_no
    )
    cases, stays = rules.chance_of_same_room(rooms)
    if stays:
        found.append((Occasion.AGAIN, rules.SAME_ROOM, cases, stays))
    return found


def _lines_of(db: Session, stay_ids: Collection[UUID]) -> dict[_RawKey, list[Any]]:
    told: dict[_RawKey, list[Any]] = defaultdict(list)
    for part in chunks(sorted(stay_ids), _BATCH):
        rows = db.connection().execute(
            select(*_LINE).where(
                col(FolioLine.stay_id).in_(part), col(FolioLine.category) != FolioCategory.ROOM
            )
        )
        for line in rows:
            told[line[0]].append(line)
    return told
