"""Keeps the search keys of guests: made by one pure function, written where they changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlmodel import Session, col

from crm.companies.tables import Company
from crm.guests.keys import KEYS_VERSION, SearchKeys, search_keys
from crm.guests.naming import NameParts
from crm.guests.rows import Values, birthday_of
from crm.guests.tables import Guest, GuestName, GuestSearch
from crm.kit.db import chunks, next_number
from crm.kit.rows import cols

_BATCH = 400


def key_values(guest_id: UUID, keys: SearchKeys) -> Values:
    """The columns of one `GuestSearch` row."""
    return {
        "guest_id": guest_id,
        "name_key": keys.name_key,
        "pinyin": keys.pinyin,
        "pinyin_initials": keys.pinyin_initials,
        "birth_mmdd": keys.birth_mmdd,
        "doc": keys.doc,
        "version": keys.version,
    }


def refresh_keys(db: Session, guest_ids: Iterable[UUID]) -> int:
    """Make the keys of these guests anew; returns how many rows were written."""
    written = 0
    for part in chunks(list(dict.fromkeys(guest_ids)), _BATCH):
        written += _refresh(db, part)
    return written


def _refresh(db: Session, guest_ids: Sequence[UUID]) -> int:
    connection = db.connection()
    rows = [key_values(guest_id, keys) for guest_id, keys in keys_of(db, guest_ids).items()]
    stored = {
        row.guest_id: row
        for row in connection.execute(
            select(*cols(*_KEY_COLUMNS)).where(col(GuestSearch.guest_id).in_(guest_ids))
        )
    }
    new = [row for row in rows if row["guest_id"] not in stored]
    changed = [
        {f"new_{name}": value for name, value in row.items()}
        for row in rows
        if row["guest_id"] in stored and _differs(stored[row["guest_id"]], row)
    ]
    if new:
        connection.execute(insert(GuestSearch), new)
    if changed:
        connection.execute(_UPDATE, changed)
    return len(new) + len(changed)


_KEY_COLUMNS = (
    GuestSearch.guest_id,
    GuestSearch.name_key,
    GuestSearch.pinyin,
    GuestSearch.pinyin_initials,
    GuestSearch.birth_mmdd,
    GuestSearch.doc,
    GuestSearch.version,
)
_UPDATE = (
    update(GuestSearch)
    .where(col(GuestSearch.guest_id) == bindparam("new_guest_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("name_key", "pinyin", "pinyin_initials", "birth_mmdd", "doc", "version")
        }
    )
)


def _differs(stored: Row[Any], row: Values) -> bool:
    return any(getattr(stored, name) != value for name, value in row.items())


def keys_of(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, SearchKeys]:
    """The keys as they ought to be now; two statements for up to 400 guests."""
    connection = db.connection()
    guests = connection.execute(
        select(
            *cols(
                Guest.id,
                Guest.birth_calendar,
                Guest.birth_month,
                Guest.birth_day,
                Guest.birth_year,
                Guest.birth_leap,
                Company.name,
                Company.name_latin,
            )
        )
        .outerjoin(Company, col(Company.id) == col(Guest.company_id))
        .where(col(Guest.id).in_(guest_ids))
    ).all()
    names = names_of(db, guest_ids)
    return {
        row.id: search_keys(
            names.get(row.id, []),
            birthday=birthday_of(row),
            company=[text for text in (row.name, row.name_latin) if text],
        )
        for row in guests
    }


def names_of(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, list[NameParts]]:
    """All names of these guests, in order."""
    found: dict[UUID, list[NameParts]] = defaultdict(list)
    rows = db.connection().execute(
        select(
            *cols(
                GuestName.guest_id,
                GuestName.full,
                GuestName.kind,
                GuestName.family,
                GuestName.given,
                GuestName.language,
                GuestName.pinyin,
            )
        )
        .where(col(GuestName.guest_id).in_(guest_ids))
        .order_by(col(GuestName.guest_id), col(GuestName.no))
    )
    for row in rows:
        found[row.guest_id].append(
            NameParts(row.full, row.kind, row.family, row.given, row.language, row.pinyin)
        )
    return found


def refresh_keys_of_company(db: Session, company_id: UUID) -> int:
    """After a company changed its name: the keys of its guests."""
    ids = db.connection().execute(
        select(*cols(Guest.id)).where(col(Guest.company_id) == company_id)
    )
    return refresh_keys(db, [row.id for row in ids])


def stale_guests(db: Session, limit: int = _BATCH) -> list[UUID]:
    """Guests whose keys are missing or of another version of the scheme."""
    rows = db.connection().execute(
        select(*cols(Guest.id))
        .outerjoin(GuestSearch, col(GuestSearch.guest_id) == col(Guest.id))
        .where(
            or_(col(GuestSearch.id).is_(None), col(GuestSearch.version) != KEYS_VERSION),
        )
        .limit(limit)
    )
    return [row.id for row in rows]


def drifted_guests(db: Session, guest_ids: Sequence[UUID]) -> list[UUID]:
    """Of these guests the ones whose stored keys differ from what they ought to be."""
    stored = {
        row.guest_id: row
        for row in db.connection().execute(
            select(*cols(*_KEY_COLUMNS)).where(col(GuestSearch.guest_id).in_(guest_ids))
        )
    }
    return [
        guest_id
        for guest_id, keys in keys_of(db, guest_ids).items()
        if guest_id not in stored or _differs(stored[guest_id], key_values(guest_id, keys))
    ]


def rebuild_keys(db: Session) -> int:
    """Make every guest's keys anew; returns how many were not what they ought to be."""
    ids = db.connection().execute(select(*cols(Guest.id)).order_by(col(Guest.id))).scalars().all()
    written = refresh_keys(db, ids)
    order_by_seen(db)
    return written


def order_by_seen(db: Session, since: date | None = None) -> int:
    """Give guests seen since this day (everybody without one) the last numbers of the search
    table, in the order of being seen; returns how many.

    The full-text index can only be read in the order of these numbers: what stands last is found
    first when a word fits thousands. Between two nights the order lags behind, and the look-up
    puts right what it has read.
    """
    connection = db.connection()
    search, guest = GuestSearch.__table__, Guest.__table__  # type: ignore[attr-defined]
    seen = guest.c.last_seen_on
    place = func.row_number().over(order_by=(seen.is_not(None), seen, guest.c.id))
    ranked = select(search.c.id.label("was"), place.label("place")).join(
        guest, guest.c.id == search.c.guest_id
    )
    if since is not None:
        ranked = ranked.where(seen >= since)
    in_order = ranked.order_by("place").subquery("in_order")
    # apart, so that each number is drawn once, in this order
    found = select(
        in_order.c.was, next_number(db, search.c.id, in_order.c.place).label("number")
    ).cte("found")
    moved = connection.execute(
        update(search).where(search.c.id == found.c.was).values(id=found.c.number)
    ).rowcount
    return int(moved)
