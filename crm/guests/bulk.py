"""Many files at once from outside: finished rows in, compared with what is there, filled in.

Whoever brings them keeps their own record, so nothing here writes an audit row or news.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session, col

from crm.guests.birthdays import Birthday
from crm.guests.indexing import key_values, names_of
from crm.guests.keys import plate_key, search_keys
from crm.guests.naming import NameParts
from crm.guests.rows import Values, birthday_of, birthday_values, name_values, repeated_names
from crm.guests.tables import Address, ContactPoint, Guest, GuestName, GuestSearch, Vehicle
from crm.guests.terms import AddressUse, ContactKind, ContactUse, GuestIdentity, GuestState
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.dbtypes import StartsWith
from crm.kit.ids import new_references
from crm.kit.pouring import pour
from crm.kit.rows import cols

_BATCH = 400
_NAMES_AT_ONCE = 60

OWNED = {
    "guest": "id",
    "guest_name": "guest_id",
    "contact_point": "guest_id",
    "address": "guest_id",
    "vehicle": "guest_id",
    "guest_search": "guest_id",
}
"""The tables of a file that this module writes, with the column that names the guest."""


@dataclass(frozen=True, slots=True)
class ContactFact:
    """A contact point as it was read: raw beside comparable, as in the table."""

    kind: ContactKind
    raw: str
    norm: str | None
    last4: str | None = None
    is_valid: bool = True
    is_relay: bool = False
    use: ContactUse = ContactUse.PRIVATE


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one person: ``columns`` are further columns of the guest's own row."""

    names: tuple[NameParts, ...]
    columns: Values = field(default_factory=dict)
    birthday: Birthday | None = None
    contacts: tuple[ContactFact, ...] = ()
    address: Values | None = None
    plate: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Of a guest on file what matching needs."""

    id: UUID
    names: list[NameParts]
    birthday: Birthday | None
    contacts: list[ContactFact]
    shared: frozenset[str]


# ---------------------------------------------------------------- new files
def new_refs(db: Session, count: int) -> list[str]:
    """Short references that nobody has; one question to the database for all."""
    fresh: dict[str, None] = {}
    while len(fresh) < count:
        drawn = set(new_references("G", count - len(fresh)))
        taken = db.connection().execute(select(*cols(Guest.ref)).where(col(Guest.ref).in_(drawn)))
        fresh |= dict.fromkeys(drawn - {row.ref for row in taken})
    return list(fresh)


def bring_in(
    db: Session,
    files: Sequence[tuple[UUID, FileFacts]],
    *,
    by_id: UUID | None,
    hotel_id: UUID | None,
) -> dict[UUID, dict[str, int]]:
    """Write new files with their search keys; answers how many rows hang on each, by place."""
    rows: dict[Any, list[Values]] = defaultdict(list)
    now = clock.now()
    counts = {}
    for ref, (guest_id, facts) in zip(new_refs(db, len(files)), files, strict=True):
        rows[Guest].append(_guest_row(guest_id, ref, facts, now, by_id, hotel_id))
        rows[GuestName] += [name_values(guest_id, no, n) for no, n in enumerate(facts.names, 1)]
        rows[ContactPoint] += _contact_rows(guest_id, facts.contacts)
        if facts.address:
            rows[Address].append(address_row(guest_id, 1, facts.address))
        if facts.plate:
            rows[Vehicle].append(vehicle_row(guest_id, 1, facts.plate))
        rows[GuestSearch].append(key_values(guest_id, _keys(facts)))
        counts[guest_id] = _places(facts)
    db.flush()
    for table in (Guest, GuestName, ContactPoint, Address, Vehicle, GuestSearch):
        pour(db, table, rows[table])
    return counts


def _guest_row(
    guest_id: UUID,
    ref: str,
    facts: FileFacts,
    now: Any,
    by_id: UUID | None,
    hotel_id: UUID | None,
) -> Values:
    return {
        **_EMPTY,
        **facts.columns,
        **repeated_names(facts.names),
        **birthday_values(facts.birthday),
        "id": guest_id,
        "ref": ref,
        "created_at": now,
        "created_by": by_id,
        "created_at_hotel": hotel_id,
        "updated_at": now,
    }


_EMPTY: Values = {
    "state": GuestState.ACTIVE,
    "title": None,
    "gender": None,
    "nationality": None,
    "languages": [],
    "occupation": None,
    "position": None,
    "company_id": None,
    "identity": GuestIdentity.INDIVIDUAL,
    "vip": None,
    "vip_why": None,
    "is_incognito": False,
    "in_private": False,
    "version": 1,
}


def _keys(facts: FileFacts) -> Any:
    return search_keys(
        facts.names,
        birthday=facts.birthday,
        company=(facts.company,) if facts.company else (),
    )


def _places(facts: FileFacts) -> dict[str, int]:
    counts = {
        "guest_name.guest_id": len(facts.names),
        "contact_point.guest_id": len(facts.contacts),
        "address.guest_id": int(facts.address is not None),
        "vehicle.guest_id": int(facts.plate is not None),
    }
    return {place: count for place, count in counts.items() if count}


def _contact_rows(guest_id: UUID, contacts: Iterable[ContactFact], first: int = 1) -> list[Values]:
    primary: set[ContactKind] = set()
    rows = []
    for no, contact in enumerate(contacts, first):
        rows.append(contact_row(guest_id, no, contact, primary=contact.kind not in primary))
        primary.add(contact.kind)
    return rows


def contact_row(guest_id: UUID, no: int, contact: ContactFact, *, primary: bool) -> Values:
    return {
        "guest_id": guest_id,
        "no": no,
        "kind": contact.kind,
        "use": contact.use,
        "raw": contact.raw,
        "norm": contact.norm,
        "last4": contact.last4 if contact.last4 and len(contact.last4) == 4 else None,
        "is_primary": primary,
        "is_valid": contact.is_valid,
        "is_shared": False,
        "is_relay": contact.is_relay,
    }


def address_row(guest_id: UUID, no: int, address: Values) -> Values:
    blank = dict.fromkeys(("city", "region", "postal_code", "country"))
    return {
        **blank,
        **address,
        "guest_id": guest_id,
        "no": no,
        "use": AddressUse.HOME,
        "is_primary": no == 1,
    }


def vehicle_row(guest_id: UUID, no: int, plate: str) -> Values:
    key = plate_key(plate)[:20]
    return {"guest_id": guest_id, "no": no, "plate": plate, "plate_key": key, "remark": None}


# ---------------------------------------------------------------- who is on file
def known_by_contact(db: Session, norms: Collection[str]) -> dict[str, list[UUID]]:
    """Who has each of these phones or addresses."""
    found: dict[str, list[UUID]] = defaultdict(list)
    for part in chunks(sorted(norms), _BATCH):
        rows = db.connection().execute(
            select(*cols(ContactPoint.norm, ContactPoint.guest_id))
            .where(col(ContactPoint.norm).in_(part))
            .order_by(col(ContactPoint.guest_id))
        )
        for row in rows:
            if row.guest_id not in found[row.norm]:
                found[row.norm].append(row.guest_id)
    return found


def known_by_name(db: Session, keys: Collection[str], limit: int = 20) -> dict[str, list[UUID]]:
    """Who has each of these folded names; at most ``limit`` a name, which is unclear anyway."""
    found: dict[str, list[UUID]] = defaultdict(list)
    for part in chunks(sorted(k for k in keys if k), _NAMES_AT_ONCE):
        key = col(GuestSearch.name_key)
        several = [StartsWith(key, f"{name}|") for name in part]
        query = (
            select(*cols(GuestSearch.guest_id, GuestSearch.name_key))
            .where(or_(key.in_(part), *several))
            .limit(limit * len(part))
        )
        wanted = set(part)
        for row in db.connection().execute(query):
            for name in wanted.intersection(row.name_key.split("|")):
                if len(found[name]) < limit:
                    found[name].append(row.guest_id)
    return found


def known_of(db: Session, guest_ids: Collection[UUID]) -> dict[UUID, Known]:
    """Names, birthday and contacts of these guests; merged and unknown ones are left out."""
    known: dict[UUID, Known] = {}
    for part in chunks(sorted(guest_ids), _BATCH):
        names = names_of(db, part)
        contacts, shared = contacts_of(db, part)
        rows = db.connection().execute(
            select(
                *cols(
                    Guest.id,
                    Guest.birth_calendar,
                    Guest.birth_year,
                    Guest.birth_month,
                    Guest.birth_day,
                    Guest.birth_leap,
                )
            ).where(col(Guest.id).in_(part), col(Guest.state) != GuestState.MERGED)
        )
        for row in rows:
            known[row.id] = Known(
                row.id,
                names.get(row.id, []),
                birthday_of(row),
                contacts[row.id],
                frozenset(shared[row.id]),
            )
    return known


def contacts_of(
    db: Session, guest_ids: Sequence[UUID]
) -> tuple[dict[UUID, list[ContactFact]], dict[UUID, set[str]]]:
    contacts: dict[UUID, list[ContactFact]] = defaultdict(list)
    shared: dict[UUID, set[str]] = defaultdict(set)
    columns = cols(
        ContactPoint.guest_id,
        ContactPoint.kind,
        ContactPoint.raw,
        ContactPoint.norm,
        ContactPoint.last4,
        ContactPoint.is_valid,
        ContactPoint.is_relay,
        ContactPoint.use,
        ContactPoint.is_shared,
    )
    rows = db.connection().execute(
        select(*columns)
        .where(col(ContactPoint.guest_id).in_(guest_ids))
        .order_by(col(ContactPoint.guest_id), col(ContactPoint.no))
    )
    for row in rows:
        contacts[row.guest_id].append(
            ContactFact(row.kind, row.raw, row.norm, row.last4, row.is_valid, row.is_relay, row.use)
        )
        if row.is_shared and row.norm:
            shared[row.guest_id].add(row.norm)
    return contacts, shared


def survivors(db: Session, guest_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Where each of these files lives now: a merged one points at the file it went into."""
    found: dict[UUID, UUID] = {}
    for part in chunks(sorted(guest_ids), _BATCH):
        rows = db.connection().execute(
            select(*cols(Guest.id, Guest.merged_into_id)).where(col(Guest.id).in_(part))
        )
        found |= {row.id: row.merged_into_id or row.id for row in rows}
    return found


# ---------------------------------------------------------------- seen
_SEEN = (
    update(Guest)
    .where(
        col(Guest.id) == bindparam("guest"),
        or_(col(Guest.last_seen_on).is_(None), col(Guest.last_seen_on) < bindparam("day")),
    )
    .values(last_seen_on=bindparam("day"))
)


def seen_on_many(db: Session, days: Mapping[UUID, date]) -> None:
    """Bring in that guests were in the house on these days; an older day changes nothing."""
    if days:
        db.connection().execute(_SEEN, [{"guest": g, "day": d} for g, d in days.items()])
