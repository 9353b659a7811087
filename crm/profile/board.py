"""Arrivals, in house, departures of a hotel's business day: a few statements for 200 rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlmodel import Session, col

from crm.alerts.queries import Book, book_of
from crm.alerts.tables import AlertBook
from crm.alerts.terms import Place
from crm.guests.naming import list_latin, parts_of
from crm.guests.tables import Guest
from crm.guests.terms import GuestIdentity, NameKind, VipLevel
from crm.hotels.tables import Hotel, Room
from crm.kit.errors import NotFound
from crm.kit.rows import cols, mapping_of, named
from crm.loyalty.tables import Membership
from crm.preparing.queries import FIELD, figures_of
from crm.profile import alerting, rules, sources
from crm.profile.freshness import stale_months
from crm.profile.queries import READY, birthday_facts, cases_known, caution_of
from crm.profile.rules import BirthdayFacts, Case, CautionFacts, Claim, RoomFacts
from crm.profile.schemas import Alert, Board, BoardFilter, BoardRow, Phrase, Side, Weight
from crm.profile.sights import Reader, reader_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from crm.stays.rules import stay_number
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus

ROWS_MAX = 600
FLAGS_SHOWN = 3
WANTS_SHOWN = 3
# Who was due longer ago was forgotten by the hotel's system and is no news at the desk.
OVERDUE = timedelta(days=31)
# Spelt out in the statement, so that the index of stays in house, a partial one, is found.
IN_HOUSE: ColumnElement[Any] = literal_column(f"'{StayStatus.IN_HOUSE.value}'")
TODAY, OLDEST = bindparam("today", type_=Date), bindparam("oldest", type_=Date)
MOST = bindparam("most", type_=Integer)


def board(
    db: Session, *, by: Actor, side: Side = Side.ARRIVALS, only: BoardFilter | None = None
) -> Board:
    """One side of today's board of the reader's hotel, with the counts of all three sides."""
    by.need("board.read")
    reader = reader_of(by, Channel.LIST)
    hotel = hotel_of(db, reader)
    today: date = hotel.business_on
    lines = lines_of(db, reader, side, hotel)
    chosen = [line for line in lines if only is None or only in line.marks]
    if reader.sees(FIELD):
        chosen = _with_ticks(db, chosen)
    rows = _folded(chosen, reader)
    return Board(
        side=side,
        on=today,
        counts=counts_of(db, reader, today),
        filters={mark.value: sum(mark in line.marks for line in lines) for mark in BoardFilter},
        chosen=only,
        rows=rows,
        prepared=sum(line.wanted > 0 and line.met == line.wanted for line in chosen),
        to_prepare=sum(line.wanted > 0 for line in chosen),
    )


def hotel_of(db: Session, reader: Reader) -> Any:
    """The reader's hotel: its business date, hours, leap-day rule and zone."""
    row = db.connection().execute(reader.prepared("board hotel", _hotel_query)).first()
    if row is None:
        raise NotFound("There is no such hotel here.", "hotel")
    return row


def _hotel_query(reader: Reader) -> Select[Any]:
    return select(
        *cols(
            Hotel.business_on, Hotel.check_out_at, Hotel.leap_day_rule, Hotel.time_zone,
            AlertBook.edition,
        )
    ).outerjoin(AlertBook, col(AlertBook.hotel_id) == col(Hotel.id)).where(
        col(Hotel.id) == reader.by.hotel_id
    )  # fmt: skip


def counts_of(db: Session, reader: Reader, today: date) -> dict[str, int]:
    """How many stays are on each side of the day."""
    query = reader.prepared("board counts", _counts_query)
    return dict(mapping_of(db.connection().execute(query, days_of(today)).one()))


def _counts_query(reader: Reader) -> Select[Any]:
    return select(
        *(
            select(func.count())
            .select_from(Stay)
            .where(_on_side(side, reader))
            .scalar_subquery()
            .label(side.value)
            for side in Side
        )
    )


def days_of(today: date) -> dict[str, Any]:
    """What fills the days of the board's statements."""
    return {"today": today, "oldest": today - OVERDUE}


def _on_side(side: Side, reader: Reader) -> ColumnElement[bool]:
    """Which stays stand on a side of the day."""
    ours = col(Stay.hotel_id) == reader.by.hotel_id
    if side is Side.ARRIVALS:
        return and_(
            ours,
            col(Stay.status) == StayStatus.BOOKED,
            col(Stay.arrival_on).between(OLDEST, TODAY),
            col(Stay.departure_on) >= TODAY,
        )
    here = and_(ours, col(Stay.status) == IN_HOUSE)
    return here if side is Side.IN_HOUSE else and_(here, col(Stay.departure_on) <= TODAY)


_ROW = cols(
    Stay.id, Stay.version, Stay.hotel_id, Stay.guest_id, Stay.status, Stay.identity,
    Stay.arrival_on, Stay.departure_on, Stay.nights, Stay.eta, Stay.room_no, Stay.group_name,
    Stay.adults, Stay.children, Stay.company_id, Stay.room_type_booked, Stay.room_type_used,
    named(Guest.company_id, "guest_company_id"), Guest.languages, Guest.checked_at,
    named(Guest.created_at, "file_made_at"),
    Guest.name_native, Guest.name_latin, Guest.alias,
    Guest.is_incognito, Guest.nationality, Guest.ref, Guest.vip, Guest.vip_until, Guest.caution,
    Guest.caution_until, Guest.caution_why, Guest.in_private, Guest.birth_calendar,
    Guest.birth_year, Guest.birth_month, Guest.birth_day, Guest.birth_leap, Membership.tier,
    Room.features, Room.cleanliness, Room.floor,
    named(GuestFigure.stays, "stays_here"), GuestFigure.last_departure_on,
    GuestFigure.last_room_no,
)  # fmt: skip


def _stays(side: Side) -> Any:
    def make(reader: Reader) -> Select[Any]:
        return (
            sources.with_room(select(*_ROW).select_from(Stay))
            .outerjoin(Guest, col(Guest.id) == col(Stay.guest_id))
            .outerjoin(Membership, col(Membership.guest_id) == col(Stay.guest_id))
            .outerjoin(
                GuestFigure,
                and_(
                    col(GuestFigure.guest_id) == col(Stay.guest_id),
                    col(GuestFigure.hotel_id) == col(Stay.hotel_id),
                ),
            )
            .where(_on_side(side, reader))
            .order_by(col(Stay.eta).is_(None), col(Stay.eta), col(Stay.room_no), col(Stay.id))
            .limit(MOST)
        )

    return make


@dataclass(frozen=True)
class Line:
    """One stay on the board with what follows from it, before groups are folded."""

    row: Any
    claims: Sequence[Claim]
    alerts: Sequence[Alert]
    marks: frozenset[BoardFilter]
    number: int
    met: int
    wanted: int
    at: str | None
    vip: VipLevel | None
    cases: Sequence[Case] = ()
    caution: CautionFacts | None = None
    birthday: BirthdayFacts | None = None
    told: Sequence[tuple[Alert, str]] = ()
    """What the hotel's rules have for the briefing, with the field that stands for it."""
    stale_months: int | None = None


def lines_of(
    db: Session, reader: Reader, side: Side, hotel: Any, *, most: int = ROWS_MAX
) -> list[Line]:
    """The stays on one side of the day as this reader sees them, in the board's order."""
    today: date = hotel.business_on
    rows = (
        db.connection()
        .execute(
            reader.prepared(("board", side), _stays(side)),
            {**days_of(today), "most": most},
        )
        .all()
    )
    guest_ids = [row.guest_id for row in rows if row.guest_id is not None]
    wishes, cases = about_guests(db, guest_ids, reader)
    book = book_of(db, reader.by.hotel_id, hotel.edition)
    aside = alerting.put_aside_here(db, reader, [row.id for row in rows])
    lines = [
        _with_rules(
            _line(row, wishes.get(row.guest_id, ()), cases.get(row.guest_id, ()), reader, hotel),
            wishes.get(row.guest_id, ()),
            cases.get(row.guest_id, ()),
            reader,
            Rules(book, today, aside.get(row.id, set())),
        )
        for row in rows
    ]
    if side is not Side.ARRIVALS:
        lines.sort(key=lambda line: (line.row.departure_on, line.row.room_no or ""))
    return lines


def about_guests(
    db: Session, guest_ids: Sequence[UUID], reader: Reader
) -> tuple[dict[UUID, list[sources.Noted]], dict[UUID, list[Any]]]:
    """What is noted of these guests and their cases, by guest."""
    wishes: dict[UUID, list[sources.Noted]] = {}
    for noted in sources.preferences_of(db, guest_ids, reader) if guest_ids else ():
        wishes.setdefault(noted[0].guest_id, []).append(noted)
    return wishes, _by_guest(sources.cases_of(db, guest_ids, reader) if guest_ids else ())


def _with_ticks(db: Session, lines: Sequence[Line]) -> list[Line]:
    """The lines with what departments have set counted beside what the room meets: "4/4"."""
    ticks = figures_of(db, [line.row.id for line in lines]) if lines else {}
    return [
        replace(line, met=line.met + done, wanted=line.wanted + items)
        for line in lines
        for done, items in [ticks.get(line.row.id, (0, 0))]
    ]


def _by_guest(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.guest_id, []).append(row)
    return found


def _line(
    row: Any, wishes: Sequence[sources.Noted], cases: Sequence[Any], reader: Reader, hotel: Any
) -> Line:
    today: date = hotel.business_on
    claims = [c for w in wishes if (c := sources.claim_of(w, stay_id=row.id)) is not None]
    known = cases_known(cases, last_left_on=row.last_departure_on, zone=ZoneInfo(hotel.time_zone))
    birthday = _birthday(row, claims, reader, hotel) if row.guest_id else None
    caution = caution_of(row.caution, row.caution_until, row.caution_why, reader, today)
    alerts = rules.alerts(
        today=today,
        claims=claims,
        cases=known,
        caution=caution,
        birthday=birthday,
        leaves_on=row.departure_on,
    )
    number = stay_number(row.stays_here or 0, row.status)
    met, wanted = _preparation(claims, row)
    vip = _vip(row, reader, today)
    return Line(
        row=row,
        claims=claims,
        alerts=alerts,
        marks=_marks(row, alerts, number, vip),
        number=number,
        met=met,
        wanted=wanted,
        at=_at(row, hotel),
        vip=vip,
        cases=known,
        caution=caution,
        birthday=birthday,
        stale_months=stale_months(
            row, reader, stays=row.stays_here or 0, is_vip=vip is not None, today=today
        ),
    )


class Rules(NamedTuple):
    """The hotel's rules on a business day, and what was put aside on the stay at hand."""

    book: Book
    today: date
    aside: set[str]


def _with_rules(
    line: Line,
    wishes: Sequence[sources.Noted],
    cases: Sequence[Any],
    reader: Reader,
    by_hotel: Rules,
) -> Line:
    """The line with the alerts that the hotel's rules add, without those put aside."""
    row, (book, today, aside) = line.row, by_hotel
    marks: list[Alert] = []
    told: list[tuple[Alert, str]] = []
    if book.rules and row.guest_id is not None:
        facts = alerting.facts_of(
            row, row, today=today, noted=wishes, cases=cases, birthday=line.birthday
        )
        marks = alerting.stands(book, facts, row, reader, Place.BOARD, today=today)
        told = alerting.with_fields(book, facts, row, reader, Place.BRIEFING, today=today)
    if not (marks or told or aside):
        return line
    shown, _ = alerting.parted(line.alerts, marks, aside)
    return replace(line, alerts=shown, told=[one for one in told if one[0].key not in aside])


def _birthday(
    row: Any, claims: Sequence[Claim], reader: Reader, hotel: Any
) -> BirthdayFacts | None:
    if not reader.sees("guest.birthday"):
        return None
    codes = (claim.code for claim in claims)
    return birthday_facts(row, hotel.business_on, hotel.leap_day_rule, codes)


def _preparation(claims: Sequence[Claim], row: Any) -> tuple[int, int]:
    """How many of the confirmed wishes that a room decides are met; none are without a room."""
    if row.room_no:
        room = RoomFacts(row.room_no, frozenset(row.features or ()))
        found = rules.fit(claims, room, row.last_room_no)
        return (found.met, found.wanted) if found else (0, 0)
    return 0, sum(claim.confirmed and rules.concerns_the_room(claim) for claim in claims)


def _marks(
    row: Any, alerts: Sequence[Alert], number: int, vip: VipLevel | None
) -> frozenset[BoardFilter]:
    kinds = {alert.kind for alert in alerts}
    has = {
        BoardFilter.VIP: vip is not None,
        BoardFilter.ALLERGY: "allergy" in kinds,
        BoardFilter.CASE: "case" in kinds,
        BoardFilter.BIRTHDAY: "birthday" in kinds,
        BoardFilter.FIRST: row.guest_id is not None and number == 1,
    }
    return frozenset(mark for mark, is_there in has.items() if is_there)


def _vip(row: Any, reader: Reader, today: date) -> VipLevel | None:
    lapsed = row.vip_until is not None and row.vip_until < today
    return None if lapsed else reader.clear("guest.vip", row.vip)


def _at(row: Any, hotel: Any) -> str | None:
    """The ETA, the hour to leave today, or the day of departure as month-day."""
    if row.status is StayStatus.BOOKED:
        return f"{row.eta:%H:%M}" if row.eta else None
    if row.departure_on <= hotel.business_on:
        return f"{hotel.check_out_at:%H:%M}"
    return f"{row.departure_on:%m-%d}"


# ---------------------------------------------------------------- rows
def _folded(lines: Sequence[Line], reader: Reader) -> list[BoardRow]:
    """One row for each stay; stays of a group of two or more become one row in its place."""
    sizes = Counter(line.row.group_name for line in lines if line.row.group_name)
    rows: list[BoardRow] = []
    done: set[str] = set()
    for line in lines:
        group = line.row.group_name
        if not group or sizes[group] < 2:
            rows.append(_single(line, reader))
        elif group not in done:
            done.add(group)
            rows.append(_group([one for one in lines if one.row.group_name == group], reader))
    return rows


def _single(line: Line, reader: Reader) -> BoardRow:
    row, past = line.row, reader.sees("stay.history")
    name, latin = names_of(row, reader)
    return BoardRow(
        stay_id=row.id,
        guest_id=row.guest_id,
        version=row.version,
        status=row.status,
        identity=row.identity,
        at=line.at if past else None,
        name=name,
        latin_name=latin,
        group=row.group_name,
        people=1,
        tier=reader.clear("loyalty.tier", row.tier),
        vip=line.vip,
        room=row.room_no if past else None,
        room_ready=row.cleanliness in READY,
        cleanliness=row.cleanliness,
        stay_number=line.number,
        nights=row.nights,
        flags=list(line.alerts[:FLAGS_SHOWN]),
        more_flags=max(0, len(line.alerts) - FLAGS_SHOWN),
        wants=_wants(_wish_texts(line.claims), reader),
        prep_met=line.met if line.wanted else None,
        prep_wanted=line.wanted or None,
        stale_months=line.stale_months,
    )


def names_of(row: Any, reader: Reader) -> tuple[str, str]:
    """The name to show and its Latin form; of an incognito guest the alias alone."""
    if row.guest_id is None:
        return row.group_name or "—", ""
    if row.is_incognito and not reader.sees("guest.true_name"):
        return row.alias or row.ref, ""
    latin = ""
    if row.name_latin:
        latin = list_latin(parts_of(row.name_latin, NameKind.LATIN, country=row.nationality))
    return row.name_native or latin or row.alias or row.ref, latin


def _wish_texts(claims: Iterable[Claim]) -> list[str]:
    return [
        rules.shortened(claim.text) for claim in claims if claim.confirmed and rules.is_wish(claim)
    ]


def _wants(texts: Sequence[str], reader: Reader) -> str:
    shown = texts[:WANTS_SHOWN]
    if reader.in_chinese:
        return "、".join(shown)
    return ", ".join(text[:1].lower() + text[1:] for text in shown)


def _group(lines: Sequence[Line], reader: Reader) -> BoardRow:
    """A group in one row: how many people, their floor, what several of them need."""
    row = lines[0].row
    rooms = [line.row for line in lines]
    wishes = Counter(text for line in lines for text in _wish_texts(line.claims))
    common = [text for text, count in wishes.most_common() if count > 1]
    past = reader.sees("stay.history")
    wanted = sum(line.wanted for line in lines)
    return BoardRow(
        stay_id=row.id,
        guest_id=None,
        version=sum(one.version for one in rooms),
        status=row.status,
        identity=GuestIdentity.GROUP,
        at=min((line.at for line in lines if line.at), default=None) if past else None,
        name=row.group_name,
        latin_name="",
        group=row.group_name,
        people=sum(one.adults + one.children for one in rooms),
        tier=None,
        vip=None,
        room=_floor_of(rooms) if past else None,
        room_ready=all(one.cleanliness in READY for one in rooms),
        cleanliness=None,
        stay_number=max(line.number for line in lines),
        nights=max(one.nights for one in rooms),
        flags=_group_flags(lines),
        wants=_wants(common, reader),
        prep_met=sum(line.met for line in lines) if wanted else None,
        prep_wanted=wanted or None,
    )


def _floor_of(rooms: Sequence[Any]) -> str | None:
    floors = {one.floor for one in rooms}
    return f"{floors.pop()}F" if len(floors) == 1 and None not in floors else None


def _group_flags(lines: Sequence[Line]) -> list[Alert]:
    """What must be known, and diets, counted over the group."""
    counts: Counter[tuple[str, Weight, str]] = Counter()
    for line in lines:
        for claim in line.claims:
            if rules.is_must_know(claim):
                kind = "allergy" if claim.group == "AL" else "must_know"
                counts[claim.text, Weight.MUST_KNOW, kind] += 1
            elif claim.group == "DT":
                counts[claim.text, Weight.NOTE, "diet"] += 1
    flags = [
        Alert(
            weight=weight,
            kind=kind,
            text=(some := Phrase(code="short.some", values={"count": count, "what": text})),
            short=some,
        )
        for (text, weight, kind), count in counts.most_common()
    ]
    return sorted(flags, key=lambda flag: flag.weight is not Weight.MUST_KNOW)[:FLAGS_SHOWN]
