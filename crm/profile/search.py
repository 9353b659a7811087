"""One box that finds a guest by anything: one function for both databases.

The dialects differ only in how tokens, starts and substrings are asked for, at the end of this
file; what is looked for and in which order it comes is the same: in house at my hotels, due
there today, then by the day last seen.
"""

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    column,
    func,
    literal,
    not_,
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
from crm.kit.dbtypes import Key
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, named, one_of
from crm.loyalty.tables import Membership
from crm.profile.found import GuestHit, MatchedBy, Standing
from crm.profile.telling import alias_is_meant, hits_of
from crm.profile.typos import neighbours
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Companion, Stay

CAP = 500
"""Candidates by one exact key, by typo, by substring."""
SORTED = 200
"""Up to so many token matches are all sorted by the day last seen. Of more, so many that stand
last in the search table are, which is kept in the order of being seen (`guests.indexing`)."""
WIDER = (2_000, 20_000)
"""How many are looked at next where too few of those are within reach."""
COMMON = 3_000
"""From so many matches PostgreSQL reads the search table from its end instead of its index."""
LONG_WORD = 5
"""Of shorter starts of words SQLite has an index (`migrations.search_objects`), PostgreSQL of
none."""
SHORTEST_SUBSTRING = 3
TYPO_WORDS = 3

_RANK = {Standing.IN_HOUSE: 0, Standing.DUE_TODAY: 1, Standing.OTHER: 2}
_NEVER = date.min
OrderKey = tuple[int, int, int, bytes]


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
    def key(self) -> OrderKey:
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


def _cursor_key(parts: Sequence[str | int | None] | None) -> OrderKey | None:
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
    db: Session, plan: QueryPlan, by: Actor, after: OrderKey | None, need: int
) -> list[Place]:
    places: dict[UUID, Place] = {}
    exact = _exact(db, plan, by)
    matches = _matching(db, plan, after)
    common = matches.common
    named = _all_matches(db, matches, by) if matches.many and not common else {}
    for row in _in_house(db, plan, exact.keys() | named.keys(), by, by_tokens=common):
        place = places.setdefault(row.guest_id, Place(row.guest_id))
        _stand(place, row)
        if plan.room is not None and row.room_no == plan.room:
            place.by.add(MatchedBy.ROOM)
    for guest_id, seen in _visible(db, exact.keys() - places.keys() - named.keys(), by):
        places[guest_id] = Place(guest_id, seen=seen or _NEVER)
    for guest_id in exact.keys() & named.keys() - places.keys():
        places[guest_id] = Place(guest_id, seen=named[guest_id] or _NEVER)
    for guest_id, kinds in exact.items():
        if guest_id in places:
            places[guest_id].by |= kinds
    _step_back(db, places, plan, by)
    if common:
        named = _latest_matches(db, matches, by, after, need, places.keys())
    for guest_id, seen in named.items():
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
    values = {
        kind: value
        for kind, value in _exact_keys(plan, _is_sqlite(db))
        if by.sight(_FIELD_OF[kind], Channel.SEARCH) is not Sight.NONE
    }
    found: dict[UUID, set[MatchedBy]] = {}
    if not values:
        return found
    query = _exact_query(tuple(values), _is_sqlite(db), by.hotel_ids)
    parameters = {name: value for part in values.values() for name, value in part.items()}
    for row in db.connection().execute(query, parameters):
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


def _exact_keys(plan: QueryPlan, on_sqlite: bool) -> Iterable[tuple[MatchedBy, dict[str, Any]]]:
    """Each kind of key the query can be, with the values to ask for."""
    if plan.guest_ref:
        yield MatchedBy.REFERENCE, {"ref": plan.guest_ref}
    if plan.phone_digits:
        # Four digits are the last four; more must be the end of the number, or all of it.
        end = plan.phone_digits[-8:] if len(plan.phone_digits) > 4 else ""
        phone = {"e164": plan.phone_e164, "last4": plan.phone_last4, "ending": f"%{end}"}
        yield MatchedBy.PHONE, phone
    if plan.email_prefix:
        yield MatchedBy.EMAIL, {"start": _start(plan.email_prefix, on_sqlite)}
    if plan.plate:
        yield MatchedBy.PLATE, {"plate": plan.plate}
    if plan.code:
        codes = [plan.code, plan.code.lower(), plan.code.replace("-", "")]
        yield MatchedBy.CONFIRMATION, {"codes": codes}
        yield MatchedBy.MEMBERSHIP, {"codes": codes}
    if plan.complaint_no is not None:
        yield MatchedBy.COMPLAINT, {"complaint": plan.complaint_no}


@lru_cache(maxsize=1024)
def _exact_query(
    kinds: tuple[MatchedBy, ...], on_sqlite: bool, hotel_ids: frozenset[UUID]
) -> CompoundSelect[Any]:
    """Statements are built once for each shape: building them costs more than running them."""
    parts = []
    for kind in kinds:
        owner, where = _exact_condition(kind, on_sqlite, hotel_ids)
        part = select(named(owner, "guest_id")).where(where).limit(CAP).subquery()
        parts.append(select(part.c.guest_id, literal(kind.value).label("kind")))
    return union_all(*parts)


def _exact_condition(
    kind: MatchedBy, on_sqlite: bool, hotel_ids: frozenset[UUID]
) -> tuple[Any, ColumnElement[bool]]:
    """The column that names the guest, and the condition."""
    codes: BindParameter[Any] = bindparam("codes", expanding=True)
    match kind:
        case MatchedBy.REFERENCE:
            return Guest.id, col(Guest.ref) == bindparam("ref")
        case MatchedBy.PHONE:
            norm, phone = col(ContactPoint.norm), col(ContactPoint.kind) == ContactKind.PHONE
            tail = and_(
                col(ContactPoint.last4) == bindparam("last4"),
                func.coalesce(norm, "").like(bindparam("ending")),
            )
            return ContactPoint.guest_id, and_(phone, or_(norm == bindparam("e164"), tail))
        case MatchedBy.EMAIL:
            starts = _starts_with(ContactPoint.norm, on_sqlite)
            email = col(ContactPoint.kind) != ContactKind.PHONE
            return ContactPoint.guest_id, and_(starts, email)
        case MatchedBy.PLATE:
            return Vehicle.guest_id, col(Vehicle.plate_key) == bindparam("plate")
        case MatchedBy.CONFIRMATION:
            return Stay.guest_id, col(Stay.confirmation_no).in_(codes)
        case MatchedBy.MEMBERSHIP:
            return Membership.guest_id, col(Membership.number).in_(codes)
        case _:
            number = col(Complaint.number) == bindparam("complaint")
            return Complaint.guest_id, and_(number, one_of(col(Complaint.hotel_id), hotel_ids))


def _in_house(
    db: Session, plan: QueryPlan, found: AbstractSet[UUID], by: Actor, *, by_tokens: bool
) -> Sequence[Any]:
    """Who of those in the house or due today is meant: found already, by room, or by all tokens
    where too many match to have them all."""
    tokens = plan.tokens if by_tokens else ()
    if not by.hotel_ids or not (found or plan.room or tokens):
        return ()
    query = _in_house_query(by.hotel_ids, bool(found), plan.room is not None, len(tokens))
    values: dict[str, Any] = {"exact": list(found), "room": plan.room, **_patterns(tokens)}
    return db.connection().execute(query, values).all()


@lru_cache(maxsize=1024)
def _in_house_query(
    hotel_ids: frozenset[UUID], by_key: bool, by_room: bool, tokens: int
) -> Select[Any]:
    here = _here(hotel_ids)
    meant: list[ColumnElement[bool]] = []
    if by_key:
        meant.append(here.c.guest_id.in_(bindparam("exact", expanding=True)))
    if by_room:
        meant.append(here.c.room_no == bindparam("room"))
    query = select(here)
    if tokens:
        query = query.outerjoin(GuestSearch, col(GuestSearch.guest_id) == here.c.guest_id)
        meant.append(_in_doc(tokens))
    return query.where(or_(*meant))


_IN_HOUSE = text("stay.status = 'in_house'")
_BOOKED = text("stay.status = 'booked'")
"""Spelt out, since SQLite uses a partial index only for the very words of its condition."""


def _here(hotel_ids: frozenset[UUID]) -> Subquery:
    """Guests and companions in house at these hotels, or due there today."""
    facts = cols(Stay.room_no, Stay.arrival_on, Stay.departure_on)
    due = col(Stay.arrival_on) == col(Hotel.business_on)
    parts: list[Select[Any]] = []
    for standing, where in (
        (Standing.IN_HOUSE, (_IN_HOUSE,)),
        (Standing.DUE_TODAY, (_BOOKED, due)),
    ):
        side = literal(standing.value).label("standing")
        stays = (
            select(*facts, side)
            .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
            .where(one_of(col(Hotel.id), hotel_ids), *where)
        )
        parts.append(stays.add_columns(named(Stay.guest_id, "guest_id")))
        parts.append(
            stays.add_columns(named(Companion.guest_id, "guest_id")).join(
                Companion, col(Companion.stay_id) == col(Stay.id)
            )
        )
    return union_all(*parts).subquery("here")


def _patterns(tokens: Sequence[QueryToken]) -> dict[str, str]:
    """The tokens as LIKE patterns; they hold no wildcards."""
    return {
        f"token_{no}": f"% {token.text}{'%' if token.prefix else ' %'}"
        for no, token in enumerate(tokens)
    }


def _in_doc(tokens: int) -> ColumnElement[bool]:
    """The tokens' condition without an index, for rows found otherwise."""
    padded = literal(" ") + col(GuestSearch.doc) + literal(" ")
    return and_(*(padded.like(bindparam(f"token_{no}", type_=String)) for no in range(tokens)))


def _visible(
    db: Session, guest_ids: AbstractSet[UUID], by: Actor
) -> Iterable[tuple[UUID, date | None]]:
    """Of these guests those within reach, with the day last seen."""
    if not guest_ids:
        return []
    query = _visible_query(by.reach, visible_to(by))
    rows = db.connection().execute(query, {"guests": list(guest_ids)})
    return [(row.id, row.last_seen_on) for row in rows]


@lru_cache(maxsize=256)
def _visible_query(_reach: str, within_reach: ColumnElement[bool]) -> Select[Any]:
    return select(*cols(Guest.id, Guest.last_seen_on)).where(
        col(Guest.id).in_(bindparam("guests", expanding=True)),
        within_reach,
        col(Guest.state) != GuestState.MERGED,
    )


def _step_back(db: Session, places: dict[UUID, Place], plan: QueryPlan, by: Actor) -> None:
    """An incognito guest met by the real name alone stands where nothing tells of a stay."""
    if may_see_true_name(by) or not places:
        return
    for row in db.connection().execute(_INCOGNITO, {"guests": list(places)}):
        if not places[row.id].by - {MatchedBy.EMAIL} and not alias_is_meant(row.alias, plan):
            places[row.id] = Place(row.id)


_INCOGNITO = select(*cols(Guest.id, Guest.alias)).where(
    col(Guest.id).in_(bindparam("guests", expanding=True)), col(Guest.is_incognito)
)


# ---------------------------------------------------------------- by tokens
def _worth_looking(tokens: Sequence[QueryToken]) -> bool:
    """A single Latin letter would mean a fifth of the file."""
    return any(len(token.text) > 1 or not token.text.isascii() for token in tokens)


@dataclass(frozen=True, slots=True)
class _Matches:
    """What holds the tokens: how many documents, counted as far as it matters, and on SQLite the
    numbers of the last ones."""

    tokens: tuple[QueryToken, ...] = ()
    many: int = 0
    ids: Sequence[int] = ()

    @property
    def common(self) -> bool:
        return self.many > SORTED


def _matching(db: Session, plan: QueryPlan, after: OrderKey | None) -> _Matches:
    """Documents that hold all tokens. Long tokens are tried as whole words first: where these
    are common already, all that begins with them need not be gathered (25 ms of a million)."""
    if plan.guest_ref or not _worth_looking(plan.tokens) or (after is not None and after[0] > 0):
        return _Matches()
    long_word = LONG_WORD if _is_sqlite(db) else 2
    words = tuple(
        QueryToken(token.text, prefix=token.prefix and len(token.text) < long_word)
        for token in plan.tokens
    )
    found = _first_matches(db, words)
    return found if found.common or words == plan.tokens else _first_matches(db, plan.tokens)


def _first_matches(db: Session, tokens: tuple[QueryToken, ...]) -> _Matches:
    asked = _words(db).all_of(tokens)
    if _is_sqlite(db):
        found = db.connection().execute(_IDS, {"asked": asked, "most": SORTED + 1})
        ids = found.scalars().all()
        return _Matches(tokens, len(ids), ids)
    many = db.connection().execute(_COUNT, {"asked": asked, "most": COMMON + 1}).scalar_one()
    return _Matches(tokens, int(many))


def _all_matches(db: Session, matches: _Matches, by: Actor) -> dict[UUID, date | None]:
    """Every guest within reach whose document holds all tokens, with the day last seen."""
    source, values = _source(db, matches, SORTED)
    query = _recent(visible_to(by), False, source, len(matches.tokens))
    rows = db.connection().execute(query, values | {"need": SORTED})
    return {row.id: row.last_seen_on for row in rows}


def _latest_matches(
    db: Session,
    matches: _Matches,
    by: Actor,
    after: OrderKey | None,
    need: int,
    known: AbstractSet[UUID],
) -> dict[UUID, date | None]:
    """Of many guests whose documents hold all tokens those seen last, at least ``need`` beside
    the ``known`` ones, or all there are among the last in the search table."""
    paged = after is not None and after[1] == _RANK[Standing.OTHER]
    found: dict[UUID, date | None] = {}
    for last in (SORTED, *WIDER):
        source, values = _source(db, matches, last)
        query = _recent(visible_to(by), paged, source, len(matches.tokens))
        values |= {"need": need + len(known), **_after(after)}
        found |= {row.id: row.last_seen_on for row in db.connection().execute(query, values)}
        if len(found.keys() - known) >= need:
            break
    return found


def _source(db: Session, matches: _Matches, last: int) -> tuple[str, dict[str, Any]]:
    """From where the ``last`` of these documents are read, with what has to be filled in."""
    values: dict[str, Any] = {"asked": _words(db).all_of(matches.tokens), "most": last}
    if _is_sqlite(db):
        if len(matches.ids) > last or len(matches.ids) <= SORTED:
            return _SQLITE_IDS, {"ids": json.dumps(list(matches.ids[:last]))}
        return _SQLITE, values
    if not matches.common:
        return _POSTGRES, values
    source = _POSTGRES_END if matches.many > COMMON else _POSTGRES_LAST
    return source, values | _patterns(matches.tokens)


_SQLITE, _POSTGRES, _POSTGRES_EACH = "sqlite", "postgres", "postgres_each"
_POSTGRES_LAST, _POSTGRES_END = "postgres_last", "postgres_end"
_SQLITE_IDS = "sqlite_ids"


@lru_cache(maxsize=1024)
def _recent(
    within_reach: ColumnElement[bool], paged: bool, source: str, tokens: int = 0
) -> Select[Any]:
    """Of the token matches those within reach, by the day last seen."""
    matches = _matches(source, tokens)
    query = (
        select(*cols(Guest.id, Guest.last_seen_on))
        .join(GuestSearch, col(GuestSearch.guest_id) == col(Guest.id))
        .where(
            within_reach,
            col(Guest.state) != GuestState.MERGED,
            col(GuestSearch.id).in_(select(matches.c.id)),
        )
        .order_by(col(Guest.last_seen_on).desc().nulls_last(), col(Guest.id).desc())
        .limit(bindparam("need", type_=Integer))
    )
    return query.where(_BEYOND) if paged else query


def _after(after: OrderKey | None) -> dict[str, Any]:
    """The cursor's place among guests not in the house."""
    if after is None:
        return {}
    _, _, seen, newest = after
    day = date.fromordinal(-seen)
    return {
        "day": day,
        "known": day != _NEVER,
        "beside": UUID(bytes=bytes(255 - b for b in newest)),
    }


_OLDER = col(Guest.id) < bindparam("beside", type_=Key())
_BEYOND = or_(
    and_(
        bindparam("known", type_=Boolean),
        or_(
            col(Guest.last_seen_on) < bindparam("day"),
            and_(col(Guest.last_seen_on) == bindparam("day"), _OLDER),
            col(Guest.last_seen_on).is_(None),
        ),
    ),
    and_(not_(bindparam("known", type_=Boolean)), col(Guest.last_seen_on).is_(None), _OLDER),
)


# ---------------------------------------------------------------- nearly typed
def _nearly_typed(db: Session, plan: QueryPlan, by: Actor) -> list[Place]:
    """By a part of a word, else with one typo; candidates capped, in the usual order."""
    letters = plan.letters.replace(" ", "")
    if not letters or not letters.isascii():
        return []
    return _by_substring(db, letters, by) or _with_a_typo(db, plan, by)


def _by_substring(db: Session, letters: str, by: Actor) -> list[Place]:
    if len(letters) < SHORTEST_SUBSTRING or not _has_trigrams(db):
        return []
    trigrams = dict.fromkeys(letters[at : at + 3] for at in range(len(letters) - 2))
    values: dict[str, Any] = {
        "holds": f"%{letters}%",
        "asked": " AND ".join(f'"{trigram}"' for trigram in trigrams),
        "most": SORTED,
    }
    return _similar(db, _HOLDING if _is_sqlite(db) else _HOLDS, values, by)


def _with_a_typo(db: Session, plan: QueryPlan, by: Actor) -> list[Place]:
    """One word at a time is taken for mistyped while the others must stand as they are."""
    words = plan.letters.split()
    if not plan.may_have_a_typo or len(words) > TYPO_WORDS:
        return []
    tries = [(word, words[:at] + words[at + 1 :]) for at, word in enumerate(words)]
    if len(words) > 1:
        tries.append(("".join(words), []))
    found: dict[UUID, Place] = {}
    for word, others in tries:
        if near := neighbours(word):
            tokens = [QueryToken(other) for other in others]
            values = {**_any_of(db, near), "most": CAP, **_patterns(tokens)}
            for place in _similar(db, _each(db), values, by, len(tokens)):
                found.setdefault(place.guest_id, place)
    return list(found.values())


def _similar(
    db: Session, source: str, values: dict[str, Any], by: Actor, tokens: int = 0
) -> list[Place]:
    rows = db.connection().execute(_similar_query(visible_to(by), source, tokens), values)
    places = {
        row.id: Place(row.id, seen=row.last_seen_on or _NEVER, by={MatchedBy.SIMILAR}, distance=1)
        for row in rows
    }
    if places and by.hotel_ids:
        here = _in_house_query(by.hotel_ids, True, False, 0)
        for row in db.connection().execute(here, {"exact": list(places)}):
            _stand(places[row.guest_id], row)
    return list(places.values())


_HOLDING, _HOLDS = "holding", "holds"


@lru_cache(maxsize=1024)
def _similar_query(within_reach: ColumnElement[bool], source: str, tokens: int) -> Select[Any]:
    query = (
        select(*cols(Guest.id, Guest.last_seen_on))
        .join(GuestSearch, col(GuestSearch.guest_id) == col(Guest.id))
        .where(within_reach, col(Guest.state) != GuestState.MERGED)
        .limit(CAP)
    )
    if tokens:
        query = query.where(_in_doc(tokens))
    if source in (_HOLDING, _HOLDS):
        query = query.where(col(GuestSearch.pinyin).like(bindparam("holds")))
    if source == _HOLDS:
        return query
    found = _trigrams() if source == _HOLDING else _matches(source)
    return query.where(col(GuestSearch.id).in_(select(found.c.id)))


# ---------------------------------------------------------------- by a whole name
def guests_named(db: Session, name: NameParts, most: int, *, by: Actor) -> list[UUID]:
    """Guests within reach whose file holds this name, as written or as read, those seen last
    first; for comparing, not for showing."""
    whole = [QueryToken(token.text, prefix=False) for token in query_tokens(name.full)]
    asked = [_words(db).all_of(whole)] if _worth_looking(whole) else []
    found: dict[UUID, None] = {}
    values: dict[str, Any] = {"most": SORTED, "need": most}
    if asked:
        query = _recent(visible_to(by), False, _whole(db))
        rows = db.connection().execute(query, values | {"asked": asked[0]})
        found |= dict.fromkeys(row.id for row in rows)
    if readings := run_together(name):
        query = _recent(visible_to(by), False, _each(db))
        rows = db.connection().execute(query, values | _any_of(db, sorted(readings)))
        found |= dict.fromkeys(row.id for row in rows)
    return list(found)


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


_FTS5 = _Words('"{}"', '"{}"*', " AND ", " OR ")
_TSQUERY = _Words("'{}'", "'{}':*", " & ", " | ")


def _is_sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"


def _words(db: Session) -> _Words:
    return _FTS5 if _is_sqlite(db) else _TSQUERY


def _whole(db: Session) -> str:
    """The source of rows for one condition, ``asked``."""
    return _SQLITE if _is_sqlite(db) else _POSTGRES


def _each(db: Session) -> str:
    """The source of rows for any one of many words; with the values of `_any_of`."""
    return _SQLITE if _is_sqlite(db) else _POSTGRES_EACH


def _any_of(db: Session, words: Sequence[str]) -> dict[str, Any]:
    if _is_sqlite(db):
        return {"asked": _FTS5.any_of(words)}
    return {"ways": [_TSQUERY.whole.format(word) for word in words]}


_EACH = "SELECT DISTINCT found.id FROM unnest(CAST(:ways AS text[])) AS way CROSS JOIN LATERAL"
_HELD = "array_to_tsvector(string_to_array(doc, ' ')) @@ CAST({} AS tsquery)"


def _matches(source: str, tokens: int = 0) -> Subquery:
    """The search rows whose documents satisfy what is asked; the last in the table first, except
    where PostgreSQL takes them as they come.

    PostgreSQL takes hundreds of words in one condition for half the table and reads all of it
    (5 s at 100,000 guests); asked one by one each is an index probe. Its index gives no order,
    so of a word of thousands the table is read from its end, with ``tokens`` patterns.
    """
    found = "SELECT id FROM guest_search WHERE "
    like = " AND ".join(f"' ' || doc || ' ' LIKE :token_{no}" for no in range(tokens))
    sql = {
        _SQLITE_IDS: "SELECT value AS id FROM json_each(:ids)",
        _SQLITE: "SELECT rowid AS id FROM guest_words WHERE guest_words MATCH :asked "
        "ORDER BY rowid DESC LIMIT :most",
        _POSTGRES: f"{found}{_HELD.format(':asked')} LIMIT :most",
        _POSTGRES_LAST: f"{found}{_HELD.format(':asked')} ORDER BY id + 0 DESC LIMIT :most",
        _POSTGRES_END: f"{found}{like} ORDER BY id DESC LIMIT :most",
        _POSTGRES_EACH: f"{_EACH} ({found}{_HELD.format('way')} LIMIT 100) AS found LIMIT :most",
    }
    return text(sql[source]).columns(column("id", Integer)).subquery()


_IDS = select(_matches(_SQLITE).c.id)
_COUNT = select(func.count()).select_from(_matches(_POSTGRES))


def _trigrams() -> Subquery:
    """SQLite only: search rows whose names run together hold all trigrams of ``asked``."""
    found = text(
        "SELECT rowid AS id FROM guest_trigrams WHERE guest_trigrams MATCH :asked "
        "ORDER BY rowid DESC LIMIT :most"
    )
    return found.columns(column("id", Integer)).subquery()


def _starts_with(attribute: Any, on_sqlite: bool) -> ColumnElement[bool]:
    """By an index on both: a range in SQLite's binary order, LIKE with text_pattern_ops."""
    start: BindParameter[str] = bindparam("start", type_=String)
    if on_sqlite:
        return and_(col(attribute) >= start, col(attribute) < start + literal(chr(0x10FFFF)))
    return col(attribute).like(start)


def _start(typed: str, on_sqlite: bool) -> str:
    """The value for `_starts_with`."""
    if on_sqlite:
        return typed
    return typed.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


def _has_trigrams(db: Session) -> bool:
    """PostgreSQL may lack the extension; its substring search would read every row."""
    if _is_sqlite(db):
        return True
    found = db.connection().execute(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"))
    return found.first() is not None
