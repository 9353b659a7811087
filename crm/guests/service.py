"""Changes a guest's file: registers, amends, marks; each with its audit row and its news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.companies.tables import Company
from crm.guests import queries
from crm.guests.birthdays import check_birthday
from crm.guests.events import (
    GuestAmended,
    GuestCautionSet,
    GuestIdentitySet,
    GuestRegistered,
    GuestVipSet,
)
from crm.guests.indexing import key_values, refresh_keys
from crm.guests.keys import search_keys
from crm.guests.phones import DEFAULT_REGION
from crm.guests.rows import (
    Values,
    address_values,
    birthday_values,
    contacts_values,
    name_of,
    name_values,
    repeated_names,
    vehicle_values,
)
from crm.guests.schemas import (
    CautionSet,
    GuestMade,
    GuestPatch,
    GuestRegister,
    IdentitySet,
    VipSet,
)
from crm.guests.tables import Address, ContactPoint, Guest, GuestName, GuestSearch, Vehicle
from crm.guests.terms import GuestIdentity, GuestState, NameKind
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import chunks
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, RuleBroken
from crm.kit.events import Event
from crm.kit.ids import new_id, new_reference
from crm.kit.rows import cols
from crm.staff.actor import Actor, system

_BATCH = 400
DESK = "desk"
"""The ``source`` of a file made by hand; imports and interfaces name themselves."""


# ---------------------------------------------------------------- register
def register_guest(
    db: Session,
    registration: GuestRegister,
    *,
    by: Actor,
    hotel_id: UUID | None = None,
    source: str = DESK,
) -> GuestMade:
    """Make a file for a person who has none; the hotel worked for is the first to know them."""
    return register_guests(db, [registration], by=by, hotel_id=hotel_id, source=source)[0]


def register_guests(
    db: Session,
    registrations: Sequence[GuestRegister],
    *,
    by: Actor,
    hotel_id: UUID | None = None,
    source: str = DESK,
) -> list[GuestMade]:
    """Make many files at once, in a fixed number of statements per 400; same checks as for one."""
    by.need("guests.register")
    hotel_id = hotel_id or by.hotel_id
    made: list[GuestMade] = []
    for part in chunks(registrations, _BATCH):
        made += _register(db, part, by=by, hotel_id=hotel_id, source=source)
    return made


@dataclass(frozen=True, slots=True)
class _File:
    """The rows of one new guest, table by table."""

    guest: Values
    names: list[Values]
    contacts: list[Values]
    addresses: list[Values]
    vehicles: list[Values]
    keys: Values


def _register(
    db: Session, part: Sequence[GuestRegister], *, by: Actor, hotel_id: UUID | None, source: str
) -> list[GuestMade]:
    country = country_of(db, hotel_id)
    companies = _companies(db, {each.company_id for each in part if each.company_id})
    refs = _new_references(db, len(part))
    files = [
        _file(each, ref, companies, country=country, by=by, hotel_id=hotel_id)
        for each, ref in zip(part, refs, strict=True)
    ]
    _insert(db, files)
    audit.note_many(
        db,
        [
            audit.audit_values(
                Deed.CREATED,
                by=by,
                subject="guest",
                subject_id=file.guest["id"],
                guest_id=file.guest["id"],
            )
            for file in files
        ],
    )
    for file in files:
        news.record(
            db,
            GuestRegistered(
                guest_id=file.guest["id"],
                hotel_id=hotel_id,
                by_id=by.id,
                ref=file.guest["ref"],
                source=source,
            ),
        )
    return [
        GuestMade(id=file.guest["id"], ref=file.guest["ref"], version=file.guest["version"])
        for file in files
    ]


def _file(
    given: GuestRegister,
    ref: str,
    companies: dict[UUID, list[str]],
    *,
    country: str,
    by: Actor,
    hotel_id: UUID | None,
) -> _File:
    guest_id, now = new_id(), clock.now()
    names = [name_of(each, given.nationality) for each in given.names]
    birthday = given.birthday.value() if given.birthday else None
    if birthday is not None:
        check_birthday(birthday, now.date())
    if given.is_incognito and not any(name.kind is NameKind.ALIAS for name in names):
        raise alias_missing()
    guest = {
        "id": guest_id,
        "ref": ref,
        **repeated_names(names),
        "title": given.title,
        "gender": given.gender,
        **birthday_values(birthday),
        "nationality": given.nationality,
        "languages": list(given.languages),
        "occupation": given.occupation,
        "position": given.position,
        "company_id": given.company_id,
        "identity": given.identity,
        "is_incognito": given.is_incognito,
        "in_private": given.in_private,
        "created_at": now,
        "created_by": by.id,
        "created_at_hotel": hotel_id,
        "updated_at": now,
        "version": 1,
        "state": GuestState.ACTIVE,
    }
    keys = search_keys(
        names,
        birthday=birthday,
        company=companies.get(given.company_id, ()) if given.company_id else (),
    )
    return _File(
        guest=guest,
        names=[name_values(guest_id, no, name) for no, name in enumerate(names, 1)],
        contacts=contacts_values(guest_id, given.contacts, country),
        addresses=[address_values(guest_id, no, a) for no, a in enumerate(given.addresses, 1)],
        vehicles=[vehicle_values(guest_id, no, v) for no, v in enumerate(given.vehicles, 1)],
        keys=key_values(guest_id, keys),
    )


def _insert(db: Session, files: Sequence[_File]) -> None:
    db.flush()
    connection = db.connection()
    connection.execute(insert(Guest), [file.guest for file in files])
    for table, rows in (
        (GuestName, [row for file in files for row in file.names]),
        (ContactPoint, [row for file in files for row in file.contacts]),
        (Address, [row for file in files for row in file.addresses]),
        (Vehicle, [row for file in files for row in file.vehicles]),
        (GuestSearch, [file.keys for file in files]),
    ):
        if rows:
            connection.execute(insert(table), rows)


def country_of(db: Session, hotel_id: UUID | None) -> str:
    """Where a phone without country code belongs: the hotel's country."""
    if hotel_id is None:
        return DEFAULT_REGION
    found = db.connection().execute(select(*cols(Hotel.country)).where(col(Hotel.id) == hotel_id))
    return str(found.scalar_one_or_none() or DEFAULT_REGION)


def _companies(db: Session, company_ids: set[UUID]) -> dict[UUID, list[str]]:
    """The names of these companies; `Invalid` if one of them does not exist."""
    if not company_ids:
        return {}
    rows = db.connection().execute(
        select(*cols(Company.id, Company.name, Company.name_latin)).where(
            col(Company.id).in_(company_ids)
        )
    )
    found = {row.id: [text for text in (row.name, row.name_latin) if text] for row in rows}
    if company_ids - found.keys():
        raise Invalid("There is no such company.", "company", pointer="/company_id")
    return found


def _new_references(db: Session, count: int) -> list[str]:
    """So many short references that no guest has; twins are drawn again."""
    fresh: dict[str, None] = {}
    while len(fresh) < count:
        drawn = [new_reference("G") for _ in range(count - len(fresh))]
        taken = db.connection().execute(select(*cols(Guest.ref)).where(col(Guest.ref).in_(drawn)))
        fresh |= dict.fromkeys(set(drawn) - set(taken.scalars()))
    return list(fresh)


# ---------------------------------------------------------------- change
def changed(
    db: Session,
    guest_id: UUID,
    fields: Sequence[str],
    *,
    by: Actor,
    values: Values | None = None,
    version: int | None = None,
    event: Event | None = None,
    deed: Deed = Deed.CHANGED,
    keys: bool = False,
) -> int:
    """The one way a file changes: version, audit, news and, if asked, search keys.

    ``version`` is the one the writer has seen; `Conflict` when somebody was faster. Returns
    the new version.
    """
    where = [col(Guest.id) == guest_id]
    if version is not None:
        where.append(col(Guest.version) == version)
    done = db.connection().execute(
        update(Guest)
        .where(*where)
        .values(**(values or {}), version=Guest.version + 1, updated_at=clock.now())
        .returning(*cols(Guest.version))
    )
    new_version = done.scalar_one_or_none()
    if new_version is None:
        raise ChangedMeanwhile(
            "Somebody changed this file meanwhile. Look at it again before you save.",
            "guest_changed",
        )
    if keys:
        refresh_keys(db, [guest_id])
    audit.note(
        db,
        deed,
        by=by,
        subject="guest",
        subject_id=guest_id,
        guest_id=guest_id,
        fields=list(fields),
    )
    news.record(
        db,
        event
        or GuestAmended(
            guest_id=guest_id, hotel_id=by.hotel_id, by_id=by.id, fields=",".join(fields)
        ),
    )
    return int(new_version)


_FIELD_OF = {
    "title": "guest.name",
    "gender": "guest.language",
    "nationality": "guest.language",
    "languages": "guest.language",
    "birthday": "guest.birthday",
    "in_private": "guest.birthday",
    "occupation": "guest.work",
    "position": "guest.work",
    "company_id": "guest.work",
    "is_incognito": "guest.alias",
    "checked": "guest.name",
}


def amend_guest(
    db: Session, guest_id: UUID, patch: GuestPatch, *, version: int | None, by: Actor
) -> int:
    """Change the named fields; returns the new version. `Conflict` when ``version`` is stale."""
    by.need("guests.amend")
    queries.need_visible(db, guest_id, by=by)
    named = sorted(patch.model_fields_set)
    if not named:
        raise Invalid("Nothing to change was named.", "patch_empty")
    need_edit(by, *(_FIELD_OF[name] for name in named))
    return changed(
        db,
        guest_id,
        [_FIELD_OF[name] for name in named],
        by=by,
        values=_patch_values(db, guest_id, patch),
        version=version,
        keys=bool({"birthday", "company_id"} & set(named)),
    )


def need_edit(by: Actor, *fields: str) -> None:
    """`NotAllowed` unless the policy lets this actor edit every one of the fields."""
    for field in fields:
        if not by.has_right(field, "E"):
            raise NotAllowed(
                "Your role may not change this. Ask the guest-file centre.", "field", field=field
            )


def _patch_values(db: Session, guest_id: UUID, patch: GuestPatch) -> Values:
    values: dict[str, Any] = {
        name: getattr(patch, name)
        for name in patch.model_fields_set
        if name not in ("birthday", "checked")
    }
    if "birthday" in patch.model_fields_set:
        birthday = patch.birthday.value() if patch.birthday else None
        if birthday is not None:
            check_birthday(birthday, clock.now().date())
        values |= birthday_values(birthday)
    if patch.checked:
        values["checked_at"] = clock.now()
    if patch.company_id is not None:
        _companies(db, {patch.company_id})
    if patch.is_incognito and not _has_alias(db, guest_id):
        raise alias_missing()
    return values


def _has_alias(db: Session, guest_id: UUID) -> bool:
    found = db.connection().execute(
        select(*cols(GuestName.no)).where(
            col(GuestName.guest_id) == guest_id, col(GuestName.kind) == NameKind.ALIAS
        )
    )
    return found.first() is not None


def alias_missing() -> RuleBroken:
    return RuleBroken(
        "An incognito guest needs an alias first: without one nobody could be addressed.",
        "alias_missing",
    )


# ---------------------------------------------------------------- marks
def set_vip(
    db: Session, guest_id: UUID, mark: VipSet, *, by: Actor, version: int | None = None
) -> int:
    """Grant or take away the VIP level, with who, why and until when."""
    by.need("guests.mark_vip")
    queries.need_visible(db, guest_id, by=by)
    return changed(
        db,
        guest_id,
        ["guest.vip", "guest.vip_why"],
        by=by,
        values={
            "vip": mark.level,
            "vip_why": mark.why if mark.level else None,
            "vip_by": by.staff_id if mark.level else None,
            "vip_until": mark.until if mark.level else None,
        },
        version=version,
        event=GuestVipSet(guest_id=guest_id, hotel_id=by.hotel_id, by_id=by.id, level=mark.level),
    )


def set_caution(
    db: Session, guest_id: UUID, mark: CautionSet, *, by: Actor, version: int | None = None
) -> int:
    """Set or lift the caution for the desk, with who, why and the day it is looked at again."""
    by.need("guests.mark_caution")
    queries.need_visible(db, guest_id, by=by)
    return changed(
        db,
        guest_id,
        ["guest.caution", "guest.caution_why"],
        by=by,
        values={
            "caution": mark.level,
            "caution_why": mark.why if mark.level else None,
            "caution_by": by.staff_id if mark.level else None,
            "caution_until": mark.until if mark.level else None,
        },
        version=version,
        event=GuestCautionSet(
            guest_id=guest_id, hotel_id=by.hotel_id, by_id=by.id, level=mark.level
        ),
    )


def set_identity(
    db: Session, guest_id: UUID, mark: IdentitySet, *, by: Actor, version: int | None = None
) -> int:
    """File the guest as individual, corporate, group, long stay, agency or house use."""
    by.need("guests.amend")
    need_edit(by, "guest.identity")
    queries.need_visible(db, guest_id, by=by)
    identity: GuestIdentity = mark.identity
    return changed(
        db,
        guest_id,
        ["guest.identity"],
        by=by,
        values={"identity": identity},
        version=version,
        event=GuestIdentitySet(
            guest_id=guest_id, hotel_id=by.hotel_id, by_id=by.id, identity=identity
        ),
    )


def seen_on(db: Session, guest_id: UUID, day: date) -> None:
    """A stay was booked or spent: the newest day decides the order of lists. For the stays slice.

    No audit and no news of its own: the stay brings both.
    """
    db.connection().execute(
        update(Guest)
        .where(
            col(Guest.id) == guest_id,
            (col(Guest.last_seen_on).is_(None)) | (col(Guest.last_seen_on) < day),
        )
        .values(last_seen_on=day)
    )


def lapse_marks(db: Session, today: date, limit: int = _BATCH) -> int:
    """Take away VIP levels and cautions whose last day is over; returns how many files changed.

    The audit and the timeline name the house itself as who did it.
    """
    rows = (
        db.connection()
        .execute(
            select(*cols(Guest.id, Guest.vip_until, Guest.caution_until))
            .where((col(Guest.vip_until) < today) | (col(Guest.caution_until) < today))
            .limit(limit)
        )
        .all()
    )
    for row in rows:
        values: Values = {}
        for mark, until in (("vip", row.vip_until), ("caution", row.caution_until)):
            if until is not None and until < today:
                values |= dict.fromkeys((mark, f"{mark}_why", f"{mark}_by", f"{mark}_until"))
        fields = sorted(f"guest.{name}" for name in values if name in ("vip", "caution"))
        changed(db, row.id, fields, by=system(), values=values)
    return len(rows)
