"""One box that finds a guest by anything: one function for both databases.

The dialects differ only in how tokens, starts and substrings are asked for, at the end of this
file; what is looked for and in which order it comes is the same: in house at my hotels, due
there today, then by the day last seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.guests.asking import QueryPlan, read_query
from crm.guests.duplicates import run_together
from crm.guests.keys import QueryToken, query_tokens
from crm.guests.naming import NameParts
from crm.guests.phones import DEFAULT_REGION
from crm.guests.queries import may_see_true_name, visible_to
from crm.guests.tables import ContactPoint, Guest, GuestSearch, Vehicle
from crm.guests.terms import ContactKind, GuestState
from crm.hotels.tables import Hotel
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, named
from crm.loyalty.tables import Membership
from crm.profile.found import GuestHit, MatchedBy, Standing
from crm.profile.telling import alias_is_meant, hits_of
from crm.profile.typos import neighbours
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Companion, Stay

CAP = 500
"""Candidates by one exact key, by typo, by substring."""
SORTED = 2_000
"""Up to so many token matches are all sorted by the day last seen."""
WINDOW = 20_000
"""Of more matches those among so many guests seen last come first, then the newest files."""
SHORTEST_SUBSTRING = 3

_RANK = {Standing.IN_HOUSE: 0, Standing.DUE_TODAY: 1, Standing.OTHER: 2}
_NEVER = date.min
Key = tuple[int, int, int, bytes]


@dataclass(slots=True)
class Place:
    """Where a guest stands in the order, and by which kinds of key the guest was found."""

    guest_id: UUID
    standing: Standing = Standing.OTHER
    seen: date = _NEVER
    by: set[MatchedBy] = field(default_factory=set)
    distance: int = 0
    room: str | None = None
    arrival_on: date | None = None
    departure_on: date | None = None

    @property
    def key(self) -> Key:
        """Ascending: typed rightly, standing, newest day, newest file."""
        newest = bytes(255 - byte for byte in self.guest_id.bytes)
        return (self.distance, _RANK[self.standing], -self.seen.toordinal(), newest)


def search_guests(
    db: Session, q: str, *, by: Actor, limit: int = 20, cursor: str | None = None
) -> PageOf[GuestHit]:
    """Guests within this actor's reach that the query can mean, ``limit`` rows after the cursor.

    One typo in a Latin word of five letters or more is forgiven when nothing else is found.
    `Invalid` for a broken cursor. The real name of an incognito guest finds the alias only.
    """
    by.need("guests.look_up")
    plan = read_query(q, _region(db, q, by))
    after = _cursor_key(read_cursor(cursor, 4))
    if plan.is_empty:
        return PageOf[GuestHit](items=[])
    places = _rightly_typed(db, plan, by, after, limit + 1)
    if not places:
        places = _nearly_typed(db, plan, by)
    ordered = sorted((p for p in places if after is None or p.key > after), key=lambda p: p.key)
    page = ordered[:limit]
    more = len(ordered) > limit
    return PageOf[GuestHit](
        items=hits_of(db, page, plan, by=by), next=_written(page[-1]) if more else None
    )


def _region(db: Session, q: str, by: Actor) -> str:
    """Where a long number without country code belongs; asked only when one was typed."""
    if by.hotel_id is None or sum(char.isdigit() for char in q[:200]) < 7:
        return DEFAULT_REGION
    found = db.connection().execute(
        select(*cols(Hotel.country)).where(col(Hotel.id) == by.hotel_id)
    )
    return str(found.scalar_one_or_none() or DEFAULT_REGION)


def _written(place: Place) -> str:
    distance, rank, seen, _ = place.key
    return write_cursor(distance, rank, -seen, place.guest_id.hex)


def _cursor_key(parts: Sequence[str | int | None] | None) -> Key | None:
    if parts is None:
        return None
    distance, rank, seen, guest_id = parts
    try:
        if isinstance(distance, int) and isinstance(rank, int) and isinstance(seen, int):
            newest = bytes(255 - byte for byte in UUID(hex=str(guest_id)).bytes)
            return (distance, rank, -date.fromordinal(seen).toordinal(), newest)
    except (ValueError, OverflowError):
        pass
    raise Invalid("This page link is broken. Start again from the first page.", "cursor")


# ---------------------------------------------------------------- rightly typed
def _rightly_typed(
    db: Session, plan: QueryPlan, by: Actor, after: Key | None, need: int
) -> list[Place]:
    places: dict[UUID, Place] = {}
    exact = _exact(db, plan, by)
    for row in _in_house(db, plan, set(exact), by):
        place = places.setdefault(row.guest_id, Place(row.guest_id))
        _stand(place, row)
        if plan.room is not None and row.room_no == plan.room:
            place.by.add(MatchedBy.ROOM)
    for guest_id, seen in _visible(db, set(exact) - places.keys(), by):
        places[guest_id] = Place(guest_id, seen=seen or _NEVER)
    for guest_id, kinds in exact.items():
        if guest_id in places:
            places[guest_id].by |= kinds
    _step_back(db, places, plan, by)
    for guest_id, seen in _by_tokens(db, plan, by, after, need + len(places)):
        places.setdefault(guest_id, Place(guest_id, seen=seen or _NEVER))
    return list(places.values())


def _stand(place: Place, row: Any) -> None:
    """The best of several stays of one guest counts."""
    if place.arrival_on is not None and _RANK[place.standing] <= _RANK[Standing(row.standing)]:
        return
    place.standing, place.seen = Standing(row.standing), row.arrival_on
    place.room, place.arrival_on = row.room_no, row.arrival_on
    place.departure_on = row.departure_on


def _exact(db: Session, plan: QueryPlan, by: Actor) -> dict[UUID, set[MatchedBy]]:
    """Guests by whole keys, all in one statement; not yet cut to the reach."""
    parts = [
        select(*cols(owner), literal(kind.value).label("kind")).where(where).limit(CAP).subquery()
        for kind, owner, where in _exact_keys(db, plan, by)
        if by.sight(_FIELD_OF[kind], Channel.SEARCH) is not Sight.NONE
    ]
    found: dict[UUID, set[MatchedBy]] = {}
    if not parts:
        return found
    rows = db.connection().execute(
        union_all(*(select(part.c[0].label("guest_id"), part.c.kind) for part in parts))
    )
    for row in rows:
        if row.guest_id is not None:
            found.setdefault(row.guest_id, set()).add(MatchedBy(row.kind))
    return found


# A key that one may not see may not be asked for either: an answer would confirm it.
_FIELD_OF = {
    MatchedBy.REFERENCE: "guest.ref",
    MatchedBy.PHONE: "guest.phone",
    MatchedBy.EMAIL: "guest.email",
    MatchedBy.PLATE: "guest.vehicle",
    MatchedBy.CONFIRMATION: "stay.history",
    MatchedBy.MEMBERSHIP: "loyalty.tier",
    MatchedBy.COMPLAINT: "complaint.flag",
}


def _exact_keys(
    db: Session, plan: QueryPlan, by: Actor
) -> Iterable[tuple[MatchedBy, Any, ColumnElement[bool]]]:
    """(kind, column that names the guest, condition) of every key the query can be."""
    if plan.guest_ref:
        yield MatchedBy.REFERENCE, Guest.id, col(Guest.ref) == plan.guest_ref
    if plan.phone_digits:
        yield MatchedBy.PHONE, ContactPoint.guest_id, _phone(plan)
    if plan.email_prefix:
        yield (
            MatchedBy.EMAIL,
            ContactPoint.guest_id,
            and_(
                _starts_with(db, ContactPoint.norm, plan.email_prefix),
                col(ContactPoint.kind) != ContactKind.PHONE,
            ),
        )
    if plan.plate:
        yield MatchedBy.PLATE, Vehicle.guest_id, col(Vehicle.plate_key) == plan.plate
    if plan.code:
        codes = {plan.code, plan.code.lower(), plan.code.replace("-", "")}
        yield MatchedBy.CONFIRMATION, Stay.guest_id, col(Stay.confirmation_no).in_(codes)
        yield MatchedBy.MEMBERSHIP, Membership.guest_id, col(Membership.number).in_(codes)
    if plan.complaint_no is not None:
        yield (
            MatchedBy.COMPLAINT,
            Complaint.guest_id,
            and_(
                col(Complaint.number) == plan.complaint_no,
                col(Complaint.hotel_id).in_(by.hotel_ids),
            ),
        )


def _phone(plan: QueryPlan) -> ColumnElement[bool]:
    """Four digits are the last four; more must be the end of the number, or all of it."""
    digits = plan.phone_digits or ""
    tail = col(ContactPoint.last4) == plan.phone_last4
    if len(digits) > 4:
        tail = and_(tail, col(ContactPoint.norm).like(f"%{digits[-8:]}"))
    if plan.phone_e164:
        tail = or_(col(ContactPoint.norm) == plan.phone_e164, tail)
    return and_(tail, col(ContactPoint.kind) == ContactKind.PHONE)


def _in_house(db: Session, plan: QueryPlan, exact: set[UUID], by: Actor) -> Sequence[Any]:
    """Who of those in the house or due today is meant: by key, by room, or by all tokens."""
    meant: list[ColumnElement[bool]] = []
    here = _here(by)
    if exact:
        meant.append(here.c.guest_id.in_(exact))
    if plan.room:
        meant.append(here.c.room_no == plan.room)
    if _worth_looking(plan.tokens):
        meant.append(_in_doc(plan.tokens))
    if not meant or not by.hotel_ids:
        return ()
    return (
        db.connection()
        .execute(
            select(here)
            .outerjoin(GuestSearch, col(GuestSearch.guest_id) == here.c.guest_id)
            .where(or_(*meant))
        )
        .all()
    )


def _here(by: Actor) -> Subquery:
    """Guests and companions in house at my hotels, or due there today."""
    facts = cols(Stay.room_no, Stay.arrival_on, Stay.departure_on)
    sides: tuple[tuple[Standing, ColumnElement[bool]], ...] = (
        (Standing.IN_HOUSE, literal_column("stay.status = 'in_house'", Boolean)),
        (
            Standing.DUE_TODAY,
            and_(
                literal_column("stay.status = 'booked'", Boolean),
                col(Stay.arrival_on) == col(Hotel.business_on),
            ),
        ),
    )
    parts: list[Select[Any]] = []
    for standing, where in sides:
        side = literal(standing.value).label("standing")
        mine = and_(where, col(Stay.hotel_id).in_(by.hotel_ids))
        known = col(Hotel.id) == col(Stay.hotel_id)
        parts.append(
            select(named(Stay.guest_id, "guest_id"), side, *facts).join(Hotel, known).where(mine)
        )
        parts.append(
            select(named(Companion.guest_id, "guest_id"), side, *facts)
            .join(Stay, col(Stay.id) == col(Companion.stay_id))
            .join(Hotel, known)
            .where(mine)
        )
    return union_all(*parts).subquery("here")


def _in_doc(tokens: Sequence[QueryToken]) -> ColumnElement[bool]:
    """The tokens' condition without an index, for a few rows; tokens hold no wildcards."""
    padded = literal(" ") + col(GuestSearch.doc) + literal(" ")
    return and_(
        *(padded.like(f"% {token.text}{'%' if token.prefix else ' %'}") for token in tokens)
    )


def _visible(db: Session, guest_ids: set[UUID], by: Actor) -> Iterable[tuple[UUID, date | None]]:
    """Of these guests those within reach, with the day last seen."""
    if not guest_ids:
        return []
    rows = db.connection().execute(
        select(*cols(Guest.id, Guest.last_seen_on)).where(
            col(Guest.id).in_(guest_ids), *_may_be_found(by)
        )
    )
    return [(row.id, row.last_seen_on) for row in rows]


def _may_be_found(by: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return visible_to(by), col(Guest.state) != GuestState.MERGED


def _step_back(db: Session, places: dict[UUID, Place], plan: QueryPlan, by: Actor) -> None:
    """An incognito guest met by the real name alone stands where nothing tells of a stay."""
    if may_see_true_name(by) or not places:
        return
    rows = db.connection().execute(
        select(*cols(Guest.id, Guest.alias)).where(
            col(Guest.id).in_(places), col(Guest.is_incognito)
        )
    )
    for row in rows:
        if not places[row.id].by - {MatchedBy.EMAIL} and not alias_is_meant(row.alias, plan):
            places[row.id] = Place(row.id)


# ---------------------------------------------------------------- by tokens
def _worth_looking(tokens: Sequence[QueryToken]) -> bool:
    """A single Latin letter would mean a fifth of the file."""
    return any(len(token.text) > 1 or not token.text.isascii() for token in tokens)


def _by_tokens(
    db: Session, plan: QueryPlan, by: Actor, after: Key | None, need: int
) -> list[tuple[UUID, date | None]]:
    """Guests whose documents hold all tokens, those seen last first; at least ``need`` if any."""
    if not _worth_looking(plan.tokens):
        return []
    query = _recent(by, after, need)
    asked = _words(db).all_of(plan.tokens)
    known = _matches(db, asked, SORTED + 1)
    count = db.connection().execute(select(func.count()).select_from(known)).scalar_one()
    if count == 0:
        return []
    found: dict[UUID, date | None] = {}
    if count > SORTED:
        edge = _edge_of_window(db)
        if edge is not None:
            lately = query.where(col(Guest.last_seen_on) >= edge, _in_doc(plan.tokens))
            found = {row.id: row.last_seen_on for row in db.connection().execute(lately)}
    if len(found) < need:
        matches = _matches(db, asked, SORTED)
        some = query.where(col(GuestSearch.id).in_(select(matches.c.id)))
        found |= {row.id: row.last_seen_on for row in db.connection().execute(some)}
    return list(found.items())


def _recent(by: Actor, after: Key | None, need: int) -> Select[Any]:
    query = (
        select(*cols(Guest.id, Guest.last_seen_on))
        .join(GuestSearch, col(GuestSearch.guest_id) == col(Guest.id))
        .where(*_may_be_found(by))
        .order_by(col(Guest.last_seen_on).desc().nulls_last(), col(Guest.id).desc())
        .limit(need)
    )
    return query if after is None else query.where(_beyond(after))


def _beyond(after: Key) -> ColumnElement[bool]:
    """Guests not in the house that come after the cursor."""
    distance, rank, seen, newest = after
    if distance > 0:
        return false()
    if rank < _RANK[Standing.OTHER]:
        return literal(value=True)
    day, guest_id = date.fromordinal(-seen), UUID(bytes=bytes(255 - byte for byte in newest))
    older = col(Guest.id) < guest_id
    if day == _NEVER:
        return and_(col(Guest.last_seen_on).is_(None), older)
    return or_(
        col(Guest.last_seen_on) < day,
        and_(col(Guest.last_seen_on) == day, older),
        col(Guest.last_seen_on).is_(None),
    )


def _edge_of_window(db: Session) -> date | None:
    """The day on which the last of the `WINDOW` guests seen lately was seen; the first day of
    all if there are fewer."""
    seen = select(*cols(Guest.last_seen_on)).where(col(Guest.last_seen_on).is_not(None))
    ordered = seen.order_by(col(Guest.last_seen_on).desc())
    edge = db.connection().execute(ordered.offset(WINDOW - 1).limit(1)).scalar_one_or_none()
    day: date | None = edge or _NEVER
    return day


# ---------------------------------------------------------------- nearly typed
def _nearly_typed(db: Session, plan: QueryPlan, by: Actor) -> list[Place]:
    """By a part of a word, else with one typo; candidates capped, in the usual order."""
    letters = plan.letters.replace(" ", "")
    if not letters or not letters.isascii():
        return []
    return _by_substring(db, letters, by) or _with_a_typo(db, plan, by)


def _by_substring(db: Session, letters: str, by: Actor) -> list[Place]:
    if len(letters) < SHORTEST_SUBSTRING:
        return []
    condition = _holds(db, letters)
    return [] if condition is None else _similar(db, condition, by)


def _with_a_typo(db: Session, plan: QueryPlan, by: Actor) -> list[Place]:
    if not plan.may_have_a_typo:
        return []
    words = plan.letters.split()
    ask = _words(db)
    ways = [
        ask.both(
            ask.all_of([QueryToken(w) for w in words[:at] + words[at + 1 :]]), ask.any_of(near)
        )
        for at, word in enumerate(words)
        if (near := neighbours(word))
    ]
    if len(words) > 1 and (near := neighbours("".join(words))):
        ways.append(ask.any_of(near))
    if not ways:
        return []
    matches = _matches(db, ask.either(ways), CAP)
    return _similar(db, col(GuestSearch.id).in_(select(matches.c.id)), by)


def _similar(db: Session, condition: ColumnElement[bool], by: Actor) -> list[Place]:
    rows = (
        db.connection()
        .execute(
            select(*cols(Guest.id, Guest.last_seen_on))
            .join(GuestSearch, col(GuestSearch.guest_id) == col(Guest.id))
            .where(condition, *_may_be_found(by))
            .limit(CAP)
        )
        .all()
    )
    places = {
        row.id: Place(row.id, seen=row.last_seen_on or _NEVER, by={MatchedBy.SIMILAR}, distance=1)
        for row in rows
    }
    here = _here(by)
    if places and by.hotel_ids:
        for row in db.connection().execute(select(here).where(here.c.guest_id.in_(places))):
            _stand(places[row.guest_id], row)
    return list(places.values())


# ---------------------------------------------------------------- by a whole name
def guests_named(db: Session, name: NameParts, most: int, *, by: Actor) -> list[UUID]:
    """Guests within reach whose file holds this name, as written or as read, those seen last
    first; for comparing, not for showing."""
    ask = _words(db)
    whole = [QueryToken(token.text, prefix=False) for token in query_tokens(name.full)]
    ways = [ask.all_of(whole)] if _worth_looking(whole) else []
    if readings := run_together(name):
        ways.append(ask.any_of(sorted(readings)))
    if not ways:
        return []
    matches = _matches(db, ask.either(ways), SORTED)
    query = _recent(by, None, most).where(col(GuestSearch.id).in_(select(matches.c.id)))
    return [row.id for row in db.connection().execute(query)]


# ---------------------------------------------------------------- the two dialects
@dataclass(frozen=True, slots=True)
class _Words:
    """Writes token conditions; tokens are letters, digits and CJK only, so nothing is escaped."""

    whole: str
    start: str
    and_: str
    or_: str

    def all_of(self, tokens: Sequence[QueryToken]) -> str:
        written = (self.start if token.prefix else self.whole for token in tokens)
        return self.and_.join(
            way.format(token.text) for way, token in zip(written, tokens, strict=True)
        )

    def any_of(self, words: Sequence[str]) -> str:
        return f"({self.or_.join(self.whole.format(word) for word in words)})"

    def both(self, one: str, other: str) -> str:
        return f"({one}{self.and_}{other})" if one else other

    def either(self, ways: Sequence[str]) -> str:
        return self.or_.join(ways)


_FTS5 = _Words('"{}"', '"{}"*', " AND ", " OR ")
_TSQUERY = _Words("'{}'", "'{}':*", " & ", " | ")


def _is_sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"


def _words(db: Session) -> _Words:
    return _FTS5 if _is_sqlite(db) else _TSQUERY


def _matches(db: Session, asked: str, limit: int) -> Subquery:
    """The search rows whose documents satisfy a condition, the newest first on SQLite."""
    if _is_sqlite(db):
        found = text(
            "SELECT rowid AS id FROM guest_words WHERE guest_words MATCH :asked "
            "ORDER BY rowid DESC LIMIT :most"
        )
    else:
        found = text(
            "SELECT id FROM guest_search WHERE "
            "array_to_tsvector(string_to_array(doc, ' ')) @@ CAST(:asked AS tsquery) LIMIT :most"
        )
    return found.bindparams(asked=asked, most=limit).columns(column("id", Integer)).subquery()


def _starts_with(db: Session, attribute: Any, start: str) -> ColumnElement[bool]:
    """By an index on both: a range in SQLite's binary order, LIKE with text_pattern_ops."""
    if _is_sqlite(db):
        return and_(col(attribute) >= start, col(attribute) < start + chr(0x10FFFF))
    return col(attribute).startswith(start, autoescape=True)


def _holds(db: Session, letters: str) -> ColumnElement[bool] | None:
    """Names run together that hold these letters; None where trigrams are not at hand."""
    holds = col(GuestSearch.pinyin).like(f"%{letters}%")
    if not _is_sqlite(db):
        at_hand = db.connection().execute(
            text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        )
        return holds if at_hand.first() else None
    trigrams = dict.fromkeys(letters[at : at + 3] for at in range(len(letters) - 2))
    found = text(
        "SELECT rowid AS id FROM guest_trigrams WHERE guest_trigrams MATCH :asked "
        "ORDER BY rowid DESC LIMIT :most"
    )
    asked = " AND ".join(f'"{trigram}"' for trigram in trigrams)
    rows = found.bindparams(asked=asked, most=SORTED).columns(column("id", Integer)).subquery()
    return and_(col(GuestSearch.id).in_(select(rows.c.id)), holds)
