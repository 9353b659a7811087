"""The timeline: stays, cases, points, wishes, notes, consents and edits in one order of time.

One statement: a branch for each source, each cut to the page before they are put together.
Rows are ordered by (instant, source, key), so a page continues exactly where the last ended.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.guests.queries import need_visible
from crm.kit import clock
from crm.kit.dbtypes import JsonDoc, Key
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import one_of
from crm.kit.tables import EventRow
from crm.loyalty.tables import Membership, PointEntry, TierChange
from crm.notes.reach import readable_notes
from crm.notes.tables import Note
from crm.preferences.codes import of_hotel, own_words
from crm.preferences.tables import HotelCode, Preference, PreferenceCode
from crm.preferences.terms import SHOWN_STATUSES, Sensitivity
from crm.privacy.tables import Consent
from crm.profile import happenings
from crm.profile.schemas import Happening
from crm.profile.sights import THE_GUEST, Reader, reader_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.queries import of_guest, within_reach
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

NOON = time(12, tzinfo=UTC)
EDITS = {
    "guest.registered": "guest.file",
    "guest.amended": "guest.file",
    "guest.identity_set": "guest.identity",
    "guest.vip_set": "guest.vip",
    "guest.caution_set": "guest.caution",
}


class Family(StrEnum):
    """What the timeline can be narrowed to."""

    STAY = "stay"
    CASE = "case"
    POINTS = "points"
    CONTACT = "contact"
    NOTE = "note"
    EDIT = "edit"


class Place(NamedTuple):
    """Where a row stands: later instants first, then the higher source, then the higher key."""

    at: datetime
    rank: int
    key: UUID | int


@dataclass(frozen=True)
class Branch:
    """One source: its SELECT, the column of its time (an instant, or a day) and of its key."""

    rank: int
    family: Family
    query: Select[Any]
    when: Any
    key: Any
    by_day: bool = False


def recent(
    db: Session, guest_id: UUID, reader: Reader, *, limit: int, zone: str = "UTC"
) -> list[Happening]:
    """The newest lines for the card. The caller has made sure that the guest is within reach."""
    rows = _rows(db, guest_id, reader, set(Family), None, limit)
    return _lines(rows[:limit], reader, zone)


def timeline(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    families: Collection[Family] = (),
    cursor: str | None = None,
    limit: int = 50,
    zone: str = "UTC",
    channel: Channel = Channel.JSON,
) -> PageOf[Happening]:
    """One page of the timeline, newest first; `NotFound` when the guest is out of reach.

    A page may hold fewer lines than ``limit``: wishes that the reader's department does not
    read are left out after the cut.
    """
    by.need("guests.read")
    need_visible(db, guest_id, by=by)
    reader = reader_of(by, channel)
    before = _place_of(cursor)
    rows = _rows(db, guest_id, reader, set(families) or set(Family), before, limit + 1)
    items = _lines(rows[:limit], reader, zone)
    last = rows[limit - 1][1] if len(rows) > limit else None
    return PageOf(items=items, next=None if last is None else _cursor_of(last))


def _lines(rows: list[tuple[Any, Place]], reader: Reader, zone: str) -> list[Happening]:
    local = ZoneInfo(zone)
    lines = (happenings.line(row, place.at, reader, local) for row, place in rows)
    return [line for line in lines if line is not None]


def _cursor_of(place: Place) -> str:
    key = place.key if isinstance(place.key, int) else str(place.key)
    return write_cursor(place.at.isoformat(), place.rank, key)


def _place_of(cursor: str | None) -> Place | None:
    parts = read_cursor(cursor, 3)
    if parts is None:
        return None
    try:
        at = datetime.fromisoformat(str(parts[0]))
        key = parts[2] if isinstance(parts[2], int) else UUID(str(parts[2]))
        if at.tzinfo is None or not isinstance(parts[1], int):
            raise ValueError
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
    return Place(at, parts[1], key)


def _rows(
    db: Session,
    guest_id: UUID,
    reader: Reader,
    families: Collection[Family],
    before: Place | None,
    limit: int,
) -> list[tuple[Any, Place]]:
    def make(_: Reader) -> CompoundSelect[Any]:
        made = (branch(reader) for branch in _BRANCHES)
        return union_all(
            *(_page(one, before, limit) for one in made if one and one.family in families)
        )

    if before is None:
        query = reader.prepared(("timeline", *sorted(families), limit), make)
    else:
        query = make(reader)
    if not query.selects:
        return []
    today = clock.today_in("UTC")
    rows = db.connection().execute(query, {"the_guest": guest_id, "today": today})
    placed = [(row, _place(row)) for row in rows]
    placed.sort(key=lambda pair: pair[1], reverse=True)
    return placed[:limit]


def _place(row: Any) -> Place:
    at = row.at if row.at is not None else datetime.combine(row.day, NOON)
    return Place(at, row.rank, row.id if row.id is not None else row.no)


def _page(branch: Branch, before: Place | None, limit: int) -> Select[Any]:
    """The branch after ``before``, newest first, cut to ``limit``."""
    query = branch.query
    if before is not None:
        query = query.where(_after(branch, before))
    cut = query.order_by(branch.when.desc(), branch.key.desc()).limit(limit).subquery()
    return select(*cut.c)


def _after(branch: Branch, before: Place) -> ColumnElement[bool]:
    """Rows of the branch that stand after a place in the order."""
    when, at = branch.when, before.at
    if branch.by_day:
        day, hour = at.astimezone(UTC).date(), at.astimezone(UTC).timetz()
        if hour != NOON:
            return or_(when <= day) if hour > NOON else or_(when < day)
        at = day  # type: ignore[assignment]
    if branch.rank > before.rank:
        return or_(when < at)
    if branch.rank < before.rank:
        return or_(when <= at)
    return or_(when < at, and_(when == at, branch.key < before.key))


# ---------------------------------------------------------------- the common columns
_TYPES: dict[str, Any] = {
    "day": Date, "until": Date, "no": Integer, "n1": BigInteger, "n2": BigInteger,
    **dict.fromkeys(("s1", "s2", "s3", "s4", "s5", "s6"), String),
    "at": EventRow.__table__.c.at.type, "ended": EventRow.__table__.c.at.type,  # type: ignore[attr-defined]
    "id": Key(), "other": Key(), "doc": JsonDoc(),
}  # fmt: skip


def _columns(source: str, rank: int, **given: Any) -> list[Any]:
    """The columns that all branches share, in one order; what is not given is null."""
    return [
        literal(source, String).label("source"),
        literal(rank, Integer).label("rank"),
        *(_column(given.get(name), kind).label(name) for name, kind in _TYPES.items()),
    ]


def _column(given: Any, kind: Any) -> Any:
    # Enums are text under a type of their own; the cast makes all branches plain text.
    if given is None or kind is String:
        return cast(null() if given is None else given, kind)
    return given


def _stays(reader: Reader) -> Branch | None:
    if not reader.sees("stay.history"):
        return None
    day = case(
        (col(Stay.status) == StayStatus.CHECKED_OUT, col(Stay.departure_on)),
        else_=col(Stay.arrival_on),
    )
    query = select(
        *_columns("stay", 1, day=day, until=col(Stay.departure_on), id=col(Stay.id),
                  n1=col(Stay.nights), n2=col(Stay.score), s1=col(Stay.status),
                  s2=col(Stay.room_no))
    ).where(of_guest(THE_GUEST, reader.by))  # fmt: skip
    return Branch(1, Family.STAY, query, day, col(Stay.id), by_day=True)


def _cases(reader: Reader) -> Branch | None:
    if not reader.sees("complaint.flag"):
        return None
    case_of = Complaint
    query = select(
        *_columns("complaint", 2, at=col(case_of.opened_at), ended=col(case_of.closed_at),
                  id=col(case_of.id), other=col(case_of.stay_id), n1=col(case_of.number),
                  s1=col(case_of.status), s2=col(case_of.headline), s3=col(case_of.kind))
    ).where(
        col(case_of.guest_id) == THE_GUEST,
        within_reach(case_of, reader.by),
        true() if reader.sees("complaint.case") else col(case_of.is_sensitive).is_(False),
    )  # fmt: skip
    return Branch(2, Family.CASE, query, col(case_of.opened_at), col(case_of.id))


def _preferences(reader: Reader) -> Branch | None:
    # Cut here already: a page of lines left out afterwards would tell that there are some.
    levels = [
        each for each in Sensitivity if reader.sight(f"preference.{each.value}") is not Sight.NONE
    ]
    if not levels:
        return None
    code, made = PreferenceCode, Preference
    words = {each.name: each.element for each in own_words()}
    language = "zh" if reader.in_chinese else "en"
    query = (
        select(
            *_columns("preference", 3, at=col(made.noted_at), id=col(made.id),
                      other=col(made.stay_id), s1=words[f"label_{language}"],
                      s2=words[f"need_to_know_{language}"],
                      s3=col(code.sensitivity), s4=col(made.source), s5=col(made.value),
                      s6=col(made.noted_department), doc=col(code.departments))
        )
        .join(code, col(code.code) == col(made.code))
        .outerjoin(HotelCode, of_hotel(reader.by.hotel_id))
        .where(
            col(made.guest_id) == THE_GUEST,
            one_of(col(made.status), SHOWN_STATUSES),
            one_of(col(code.sensitivity), levels),
            or_(col(made.hotel_id).is_(None), within_reach(made, reader.by)),
        )
    )  # fmt: skip
    return Branch(3, Family.NOTE, query, col(made.noted_at), col(made.id))


def _notes(reader: Reader) -> Branch:
    query = select(
        *_columns("note", 4, at=col(Note.noted_at), id=col(Note.id), s1=col(Note.words),
                  s6=col(Note.department))
    ).where(
        col(Note.guest_id) == THE_GUEST,
        readable_notes(reader.by, reader.channel),
        col(Note.struck_at).is_(None),
        or_(col(Note.expires_on).is_(None), col(Note.expires_on) >= bindparam("today", type_=Date)),
    )  # fmt: skip
    return Branch(4, Family.NOTE, query, col(Note.noted_at), col(Note.id))


def _points(reader: Reader) -> Branch | None:
    if not reader.sees("loyalty.points"):
        return None
    entry = PointEntry
    query = (
        select(
            *_columns("points", 5, at=col(entry.at), no=col(entry.no), n1=col(entry.points),
                      s1=col(entry.kind), s2=col(entry.words))
        )
        .join(Membership, col(Membership.id) == col(entry.membership_id))
        .where(col(Membership.guest_id) == THE_GUEST)
    )  # fmt: skip
    return Branch(5, Family.POINTS, query, col(entry.at), col(entry.no))


def _tiers(reader: Reader) -> Branch | None:
    if not reader.sees("loyalty.tier"):
        return None
    change = TierChange
    query = (
        select(
            *_columns("tier", 6, at=col(change.at), no=col(change.no), s1=col(change.tier_before),
                      s2=col(change.tier))
        )
        .join(Membership, col(Membership.id) == col(change.membership_id))
        .where(col(Membership.guest_id) == THE_GUEST)
    )  # fmt: skip
    return Branch(6, Family.POINTS, query, col(change.at), col(change.no))


def _consents(reader: Reader) -> Branch | None:
    if not reader.sees("consent.state"):
        return None
    query = select(
        *_columns("consent", 7, at=col(Consent.at), no=col(Consent.no), s1=col(Consent.channel),
                  s2=col(Consent.purpose), s3=col(Consent.state))
    ).where(col(Consent.guest_id) == THE_GUEST)  # fmt: skip
    return Branch(7, Family.CONTACT, query, col(Consent.at), col(Consent.no))


def _edits(reader: Reader) -> Branch | None:
    kinds = [kind for kind, field in EDITS.items() if reader.sees(field)]
    if not kinds:
        return None
    event = EventRow
    query = select(
        *_columns("edit", 8, at=col(event.at), id=col(event.id), s1=col(event.kind),
                  doc=col(event.payload))
    ).where(
        col(event.guest_id) == THE_GUEST,
        one_of(col(event.kind), kinds),
        or_(col(event.hotel_id).is_(None), within_reach(event, reader.by)),
    )  # fmt: skip
    return Branch(8, Family.EDIT, query, col(event.at), col(event.id))


_BRANCHES: tuple[Callable[[Reader], Branch | None], ...] = (
    _stays, _cases, _preferences, _notes, _points, _tiers, _consents, _edits,
)  # fmt: skip
