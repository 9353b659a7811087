"""Facts from outside held against files that are there: what would change, and the change.

Names, contacts, addresses and plates are added beside what is there; only a column that may
overwrite replaces. Nothing is ever emptied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select, update
from sqlmodel import Session, col

from crm.guests.bulk import (
    ContactFact,
    FileFacts,
    address_row,
    contact_row,
    contacts_of,
    vehicle_row,
)
from crm.guests.fitting import Fit, names_fit
from crm.guests.indexing import names_of, refresh_keys
from crm.guests.keys import name_key, plate_key
from crm.guests.naming import NameParts
from crm.guests.rows import Values, birthday_values, name_values, repeated_names
from crm.guests.tables import Address, ContactPoint, Guest, GuestName, Vehicle
from crm.guests.terms import AddressUse, GuestIdentity
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.rows import cols, mapping_of

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """Facts for a known guest; ``may`` says of each group whether a filled place may change."""

    facts: FileFacts
    may: Mapping[str, str]


@dataclass(slots=True)
class Amendment:
    """What would change in one file."""

    columns: Values = field(default_factory=dict)
    new_names: list[NameParts] = field(default_factory=list)
    changed_names: dict[int, NameParts] = field(default_factory=dict)
    contacts: list[ContactFact] = field(default_factory=list)
    new_address: Values | None = None
    changed_address: tuple[int, Values] | None = None
    plate: str | None = None

    def __bool__(self) -> bool:
        return any(
            (
                self.columns,
                self.new_names,
                self.changed_names,
                self.contacts,
                self.new_address,
                self.changed_address,
                self.plate,
            )
        )


OVERWRITE, IF_BLANK, NEVER = "overwrite", "if_blank", "never"


def amendments(db: Session, wanted: Mapping[UUID, Wanted]) -> dict[UUID, Amendment]:
    """Compare facts with the files and say what would change; nothing is written."""
    found: dict[UUID, Amendment] = {}
    for part in chunks(sorted(wanted), _BATCH):
        stored = _stored(db, part)
        found |= {one: _compare(stored[one], wanted[one]) for one in part if one in stored}
    return found


@dataclass(frozen=True, slots=True)
class _Stored:
    guest: Mapping[str, Any]
    names: list[tuple[int, NameParts]]
    contacts: list[ContactFact]
    addresses: list[Mapping[str, Any]]
    plates: set[str]


def _stored(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, _Stored]:
    connection = db.connection()
    guests = connection.execute(
        select(Guest.__table__).where(col(Guest.id).in_(guest_ids))  # type: ignore[attr-defined]
    )
    files = {row.id: _Stored(dict(mapping_of(row)), [], [], [], set()) for row in guests}
    names = connection.execute(
        select(GuestName.__table__)  # type: ignore[attr-defined]
        .where(col(GuestName.guest_id).in_(guest_ids))
        .order_by(col(GuestName.guest_id), col(GuestName.no))
    )
    for row in names:
        parts = NameParts(row.full, row.kind, row.family, row.given, row.language, row.pinyin)
        files[row.guest_id].names.append((row.no, parts))
    contacts, _ = contacts_of(db, guest_ids)
    for guest_id, points in contacts.items():
        files[guest_id].contacts.extend(points)
    addresses = connection.execute(
        select(Address.__table__)  # type: ignore[attr-defined]
        .where(col(Address.guest_id).in_(guest_ids))
        .order_by(col(Address.guest_id), col(Address.no))
    )
    for row in addresses:
        files[row.guest_id].addresses.append(dict(mapping_of(row)))
    vehicles = connection.execute(
        select(*cols(Vehicle.guest_id, Vehicle.plate_key)).where(
            col(Vehicle.guest_id).in_(guest_ids)
        )
    )
    for row in vehicles:
        files[row.guest_id].plates.add(row.plate_key)
    return files


def _compare(stored: _Stored, wanted: Wanted) -> Amendment:
    facts, may = wanted.facts, wanted.may
    change = Amendment(columns=_columns(stored.guest, facts, may))
    _compare_names(stored, facts, may, change)
    have = {(c.kind, c.norm or c.raw) for c in stored.contacts}
    for contact in facts.contacts:
        rule = may.get(contact.kind.value, IF_BLANK)
        blank = not any(c.kind is contact.kind for c in stored.contacts)
        if (contact.kind, contact.norm or contact.raw) not in have and _may(rule, blank=blank):
            change.contacts.append(contact)
    _compare_address(stored, facts, may, change)
    new_plate = bool(facts.plate) and plate_key(facts.plate or "")[:20] not in stored.plates
    if new_plate and _may(may.get("plate", IF_BLANK), blank=not stored.plates):
        change.plate = facts.plate
    return change


def _may(rule: str, *, blank: bool) -> bool:
    return rule == OVERWRITE or (rule == IF_BLANK and blank)


def _columns(guest: Mapping[str, Any], facts: FileFacts, may: Mapping[str, str]) -> Values:
    given = dict(facts.columns)
    if facts.birthday is not None:
        rule = may.get("birthday", IF_BLANK)
        birthday = birthday_values(facts.birthday)
        same = all(guest[name] == value for name, value in birthday.items())
        if not same and _may(rule, blank=guest["birth_month"] is None):
            given |= birthday
            may = {**may, **dict.fromkeys(birthday, OVERWRITE)}
    return {
        name: value
        for name, value in given.items()
        if guest[name] != value
        and _may(may.get(name, IF_BLANK), blank=_is_blank(name, guest[name]))
    }


def _is_blank(name: str, value: Any) -> bool:
    return (
        value is None or value == [] or (name == "identity" and value is GuestIdentity.INDIVIDUAL)
    )


def _compare_names(
    stored: _Stored, facts: FileFacts, may: Mapping[str, str], change: Amendment
) -> None:
    keys = {name_key(parts.full) for _, parts in stored.names}
    # A further name is theirs if one of the row's names is; an id alone may be mistaken.
    theirs = [parts for _, parts in stored.names]
    is_theirs = not theirs or names_fit(facts.names, theirs) is Fit.SAME
    for name in facts.names:
        if name_key(name.full) in keys:
            continue
        first = next(((no, p) for no, p in stored.names if p.kind is name.kind), None)
        if first is None and _may(may.get("name", IF_BLANK), blank=is_theirs):
            change.new_names.append(name)
        elif first is not None and may.get("name", IF_BLANK) == OVERWRITE:
            change.changed_names[first[0]] = name


def _compare_address(
    stored: _Stored, facts: FileFacts, may: Mapping[str, str], change: Amendment
) -> None:
    if facts.address is None:
        return
    home = next((a for a in stored.addresses if a["use"] is AddressUse.HOME), None)
    if home is None:
        if _may(may.get("address", IF_BLANK), blank=True):
            change.new_address = facts.address
        return
    rule = may.get("address", IF_BLANK)
    better = {
        name: value
        for name, value in facts.address.items()
        if value and home[name] != value and _may(rule, blank=not home[name])
    }
    if better:
        change.changed_address = (home["no"], better)


def amend(db: Session, changes: Mapping[UUID, Amendment]) -> None:
    """Write what `amendments` found, raise the versions, renew the search keys."""
    wanted = {guest_id: change for guest_id, change in changes.items() if change}
    if not wanted:
        return
    last = _last_numbers(db, sorted(wanted))
    connection = db.connection()
    for guest_id, change in wanted.items():
        _write_parts(db, guest_id, change, last)
        values = change.columns
        if change.new_names or change.changed_names:
            names = names_of(db, [guest_id]).get(guest_id, [])
            values = {**values, **repeated_names(names)}
        connection.execute(
            update(Guest)
            .where(col(Guest.id) == guest_id)
            .values(**values, version=col(Guest.version) + 1, updated_at=clock.now())
        )
    refresh_keys(db, wanted)


def _last_numbers(db: Session, guest_ids: Sequence[UUID]) -> dict[tuple[str, UUID], int]:
    found: dict[tuple[str, UUID], int] = {}
    for table in (GuestName, ContactPoint, Address, Vehicle):
        for part in chunks(guest_ids, _BATCH):
            rows = db.connection().execute(
                select(col(table.guest_id), func.max(col(table.no)))
                .where(col(table.guest_id).in_(part))
                .group_by(col(table.guest_id))
            )
            found |= {(table.__name__, guest_id): no for guest_id, no in rows}
    return found


def _write_parts(
    db: Session, guest_id: UUID, change: Amendment, last: Mapping[tuple[str, UUID], int]
) -> None:
    connection = db.connection()

    def next_no(table: type[Any]) -> int:
        return last.get((table.__name__, guest_id), 0) + 1

    if change.new_names:
        rows = [
            name_values(guest_id, no, name)
            for no, name in enumerate(change.new_names, next_no(GuestName))
        ]
        connection.execute(insert(GuestName), rows)
    for no, name in change.changed_names.items():
        connection.execute(
            update(GuestName)
            .where(and_(col(GuestName.guest_id) == guest_id, col(GuestName.no) == no))
            .values(full=name.full, family=name.family, given=name.given, pinyin=None)
        )
    if change.contacts:
        _put_contacts(db, guest_id, change.contacts, next_no(ContactPoint))
    if change.new_address:
        row = address_row(guest_id, next_no(Address), change.new_address)
        connection.execute(insert(Address), [row])
    if change.changed_address:
        no, values = change.changed_address
        connection.execute(
            update(Address)
            .where(and_(col(Address.guest_id) == guest_id, col(Address.no) == no))
            .values(**values)
        )
    if change.plate:
        connection.execute(insert(Vehicle), [vehicle_row(guest_id, next_no(Vehicle), change.plate)])


def _put_contacts(db: Session, guest_id: UUID, contacts: list[ContactFact], first: int) -> None:
    """New points behind the old ones; the first of a kind that had none is its primary."""
    have = db.connection().execute(
        select(*cols(ContactPoint.kind)).where(col(ContactPoint.guest_id) == guest_id)
    )
    taken = {row.kind for row in have}
    rows = []
    for no, contact in enumerate(contacts, first):
        rows.append(contact_row(guest_id, no, contact, primary=contact.kind not in taken))
        taken.add(contact.kind)
    db.connection().execute(insert(ContactPoint), rows)
