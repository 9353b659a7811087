"""Reads guests: who is within reach, and one guest's sheet with the sights of the policy."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    and_,
    column,
    exists,
    false,
    or_,
    select,
    table,
    true,
)
from sqlmodel import Session, col

from crm.companies.tables import Company
from crm.guests import masks
from crm.guests.birthdays import age_on, days_until, next_occurrence
from crm.guests.naming import NameParts, formal_address, list_name, shown_names
from crm.guests.phones import masked_phone
from crm.guests.rows import birthday_of
from crm.guests.schemas import (
    AddressOut,
    BirthdayOut,
    CompanyOut,
    ContactOut,
    GuestSheet,
    IdentityDocumentOut,
    MarkOut,
    NameOut,
    RelationOut,
    VehicleOut,
)
from crm.guests.tables import (
    Address,
    ContactPoint,
    Guest,
    GuestName,
    IdentityDocument,
    Relation,
    SpecialDatum,
    Vehicle,
)
from crm.guests.terms import SpecialKind
from crm.hotels.tables import Hotel
from crm.hotels.terms import LeapDayRule
from crm.kit import clock
from crm.kit.dbtypes import Key
from crm.kit.errors import NotFound
from crm.kit.rows import cols, fields_of, named, one_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

# Which hotels know a guest is written by the slices above; here only their table names count.
_stay = table(
    "stay",
    column("id", Key()),
    column("guest_id", Key()),
    column("hotel_id", Key()),
    column("status", String),
    column("arrival_on", Date),
    column("departure_on", Date),
)
_figure = table("guest_figure", column("guest_id", Key()), column("hotel_id", Key()))
_companion = table("companion", column("stay_id", Key()), column("guest_id", Key()))


def visible_to(by: Actor) -> ColumnElement[bool]:
    """The condition under which a `Guest` row is within this actor's reach.

    ``group`` reaches all, ``hotel`` the guests known to one of its hotels, ``today`` those in
    house, due or leaving there today. From outside "not yours" and "not there" look the same.
    """
    return _visible(by.reach, by.hotel_ids)


@lru_cache(maxsize=256)
def _visible(reach: str, hotel_ids: frozenset[UUID]) -> ColumnElement[bool]:
    """Built once for all actors who reach the same: building costs more than running."""
    if reach == "group":
        return true()
    if reach == "none" or not hotel_ids:
        return false()
    if reach == "today":
        return _stays_where(hotel_ids, _today())
    known = exists().where(
        _figure.c.guest_id == col(Guest.id), one_of(_figure.c.hotel_id, hotel_ids)
    )
    return or_(
        one_of(col(Guest.created_at_hotel), hotel_ids), known, _stays_where(hotel_ids, true())
    )


def _stays_where(hotel_ids: frozenset[UUID], when: ColumnElement[bool]) -> ColumnElement[bool]:
    """A stay of the guest, or one shared as a companion, in these hotels.

    The companion's stay is asked for inside, not joined: a planner without statistics begins
    a join at the hotel's hundred thousand stays.
    """
    here = and_(one_of(_stay.c.hotel_id, hotel_ids), when)
    own = exists().where(_stay.c.guest_id == col(Guest.id), here)
    theirs = exists().where(_stay.c.id == _companion.c.stay_id, here).correlate(_companion)
    shared = exists().where(_companion.c.guest_id == col(Guest.id), theirs)
    return or_(own, shared)


def _today() -> ColumnElement[bool]:
    business_on = (
        select(*cols(Hotel.business_on)).where(col(Hotel.id) == _stay.c.hotel_id).scalar_subquery()
    )
    return or_(
        _stay.c.status == "in_house",
        and_(_stay.c.status == "booked", _stay.c.arrival_on <= business_on),
        and_(_stay.c.status == "checked_out", _stay.c.departure_on >= business_on),
    )


def need_visible(db: Session, guest_id: UUID, *, by: Actor) -> Any:
    """The guest's id, version, reference and names; `NotFound` when it is not within reach."""
    row = (
        db.connection()
        .execute(
            select(*cols(Guest.id, Guest.version, Guest.ref, Guest.is_incognito)).where(
                col(Guest.id) == guest_id, visible_to(by)
            )
        )
        .first()
    )
    if row is None:
        raise no_such_guest()
    return row


def hold(db: Session, guest_id: UUID) -> None:
    """Let two who add to one file take turns until they commit; on SQLite writers do anyway.

    Without it both take the same number on PostgreSQL, and one of them is refused.
    """
    db.connection().execute(
        select(col(Guest.id)).where(col(Guest.id) == guest_id).with_for_update(key_share=True)
    )


def no_such_guest() -> NotFound:
    return NotFound("There is no such guest file within your reach.", "guest")


def may_see_true_name(by: Actor) -> bool:
    """Whether this actor reads the real name of an incognito guest."""
    return by.sight("guest.true_name", Channel.JSON) is Sight.CLEAR


def shown_name(
    *,
    name_native: str | None,
    name_latin: str | None,
    alias: str | None,
    is_incognito: bool,
    by: Actor,
    ref: str = "",
) -> str:
    """A guest's name in one line for a list, from the repeated columns of `Guest`.

    An incognito guest shows the alias to those who may not read the real name, and real name
    and alias to those who may. Without any name that may be shown, the reference stands.
    """
    if is_incognito and not may_see_true_name(by):
        return alias or ref
    own = " ".join(dict.fromkeys(part for part in (name_native, name_latin) if part))
    return own or alias or ref


_COMPANY_NAME = named(Company.name, "company_name")


def guest_sheet(
    db: Session, guest_id: UUID, *, by: Actor, channel: Channel = Channel.JSON
) -> GuestSheet:
    """The whole basic data of a guest as this reader may see them; eight statements.

    `NotFound` when it is not there or not within reach.
    """
    row = (
        db.connection()
        .execute(
            select(*cols(*Guest.__table__.columns), _COMPANY_NAME)  # type: ignore[attr-defined]
            .outerjoin(Company, col(Company.id) == col(Guest.company_id))
            .where(col(Guest.id) == guest_id, visible_to(by))
        )
        .first()
    )
    if row is None:
        raise no_such_guest()
    return _sheet_of(db, row, _Reader(by, channel))


class _Reader:
    """One actor on one channel, asked field by field."""

    def __init__(self, by: Actor, channel: Channel) -> None:
        self.by, self.channel = by, channel

    def sight(self, field: str) -> Sight:
        return self.by.sight(field, self.channel)

    def sees(self, field: str) -> bool:
        return self.sight(field) is Sight.CLEAR

    def clear(self, field: str, value: Any) -> Any:
        """The value if the field is clear to the reader, else None."""
        return value if self.sees(field) else None


def _sheet_of(db: Session, row: Any, reader: _Reader) -> GuestSheet:
    names, parts = _names(db, row, reader)
    spoken = reader.sees("guest.name")
    file = reader.sees("guest.file")
    return GuestSheet(
        id=row.id,
        ref=reader.clear("guest.ref", row.ref),
        version=row.version,
        state=row.state,
        shown_name=(list_name(parts) or row.ref) if spoken else row.ref,
        address_zh=formal_address(parts, "zh", title=row.title, gender=row.gender),
        address_en=formal_address(parts, "en", title=row.title, gender=row.gender),
        names=names,
        is_incognito=row.is_incognito,
        title=reader.clear("guest.name", row.title),
        gender=reader.clear("guest.language", row.gender),
        birthday=_birthday(db, row, reader),
        in_private=bool(reader.clear("guest.birthday", row.in_private)),
        nationality=reader.clear("guest.language", row.nationality),
        languages=reader.clear("guest.language", row.languages) or [],
        occupation=reader.clear("guest.work", row.occupation),
        position=reader.clear("guest.work", row.position),
        company=_company(row, reader),
        identity=reader.clear("guest.identity", row.identity),
        vip=_mark(row, "vip", reader),
        caution=_mark(row, "caution", reader),
        contacts=contacts_of(db, row.id, by=reader.by, channel=reader.channel),
        addresses=_addresses(db, row.id, reader),
        vehicles=_vehicles(db, row.id, reader),
        relations=_relations(db, row.id, reader),
        identity_documents=_identity_documents(db, row.id, reader),
        special=_special(db, row.id, reader),
        last_seen_on=row.last_seen_on if file else None,
        checked_at=row.checked_at if file else None,
        created_at=row.created_at if file else None,
        updated_at=row.updated_at if file else None,
    )


def _names(db: Session, row: Any, reader: _Reader) -> tuple[list[NameOut], list[NameParts]]:
    if not reader.sees("guest.name"):
        return [], []
    found = [
        NameOut.model_validate(name)
        for name in db.connection().execute(
            select(*fields_of(GuestName, NameOut))
            .where(col(GuestName.guest_id) == row.id)
            .order_by(col(GuestName.no))
        )
    ]
    hidden = row.is_incognito and not reader.sees("guest.true_name")
    parts = [NameParts(n.full, n.kind, n.family, n.given, n.language, n.pinyin) for n in found]
    shown = shown_names(parts, incognito=hidden)
    if hidden:
        found = [name for name in found if name.kind is masks.ALIAS]
    return found, shown


def _birthday(db: Session, row: Any, reader: _Reader) -> BirthdayOut | None:
    birthday = birthday_of(row)
    if birthday is None or not reader.sees("guest.birthday"):
        return None
    today, rule = today_for(db, reader.by)
    sees_year = reader.sees("guest.birth_year")
    return BirthdayOut(
        calendar=birthday.calendar,
        month=birthday.month,
        day=birthday.day,
        leap=birthday.leap,
        year=birthday.year if sees_year else None,
        year_masked=birthday.year is not None and not sees_year,
        age=age_on(birthday, today) if sees_year else None,
        next_on=next_occurrence(birthday, today, rule),
        days_until=days_until(birthday, today, rule),
    )


def today_for(db: Session, by: Actor) -> tuple[date, LeapDayRule]:
    """The business date of the actor's hotel and its rule for 29 February."""
    if by.hotel_id is not None:
        row = (
            db.connection()
            .execute(
                select(*cols(Hotel.business_on, Hotel.leap_day_rule)).where(
                    col(Hotel.id) == by.hotel_id
                )
            )
            .first()
        )
        if row is not None:
            return row.business_on, row.leap_day_rule
    return clock.today_in("UTC"), LeapDayRule.FEB_28


def _company(row: Any, reader: _Reader) -> CompanyOut | None:
    if row.company_id is None or not reader.sees("guest.work"):
        return None
    return CompanyOut(id=row.company_id, name=row.company_name)


def _mark(row: Any, kind: str, reader: _Reader) -> MarkOut | None:
    """VIP or caution, if it holds and the reader may know."""
    level = getattr(row, kind)
    if level is None or not reader.sees(f"guest.{kind}"):
        return None
    why = reader.sees(f"guest.{kind}_why")
    return MarkOut(
        level=level,
        until=getattr(row, f"{kind}_until"),
        why=getattr(row, f"{kind}_why") if why else None,
        by=getattr(row, f"{kind}_by") if why else None,
    )


def contacts_of(
    db: Session, guest_id: UUID, *, by: Actor, channel: Channel = Channel.JSON
) -> list[ContactOut]:
    """Phones, e-mails and messaging ids, masked as this reader sees them; one statement.

    The caller has made sure that the guest is within reach.
    """
    rows = db.connection().execute(
        select(*_CONTACT)
        .where(col(ContactPoint.guest_id) == guest_id)
        .order_by(col(ContactPoint.kind), col(ContactPoint.is_primary).desc(), col(ContactPoint.no))
    )
    found = []
    for row in rows:
        sight = by.sight(masks.contact_field(row.kind), channel)
        if sight in (Sight.CLEAR, Sight.MASKED):
            found.append(_contact(row, sight))
    return found


_CONTACT = cols(
    ContactPoint.no,
    ContactPoint.kind,
    ContactPoint.use,
    ContactPoint.raw,
    ContactPoint.norm,
    ContactPoint.is_primary,
    ContactPoint.is_valid,
    ContactPoint.is_shared,
    ContactPoint.is_relay,
)


def _contact(row: Any, sight: Sight) -> ContactOut:
    masked = sight is not Sight.CLEAR
    return ContactOut(
        no=row.no,
        kind=row.kind,
        use=row.use,
        shown=masks.masked_contact(row.kind, row.raw, row.norm) if masked else row.raw,
        masked=masked,
        e164=None if masked or row.kind is not masks.PHONE else row.norm,
        is_primary=row.is_primary,
        is_valid=row.is_valid,
        is_shared=row.is_shared,
        is_relay=row.is_relay,
    )


def _addresses(db: Session, guest_id: UUID, reader: _Reader) -> list[AddressOut]:
    sight = reader.sight("guest.address")
    if sight is Sight.NONE:
        return []
    masked = sight is not Sight.CLEAR
    rows = db.connection().execute(
        select(*fields_of(Address, AddressOut))
        .where(col(Address.guest_id) == guest_id)
        .order_by(col(Address.no))
    )
    return [
        AddressOut(
            no=row.no,
            use=row.use,
            street=None if masked else row.street,
            city=row.city,
            region=row.region,
            postal_code=None if masked else row.postal_code,
            country=row.country,
            is_primary=row.is_primary,
            masked=masked,
        )
        for row in rows
    ]


def _vehicles(db: Session, guest_id: UUID, reader: _Reader) -> list[VehicleOut]:
    sight = reader.sight("guest.vehicle")
    if sight is Sight.NONE:
        return []
    rows = db.connection().execute(
        select(*fields_of(Vehicle, VehicleOut))
        .where(col(Vehicle.guest_id) == guest_id)
        .order_by(col(Vehicle.no))
    )
    return [
        VehicleOut(
            no=row.no,
            plate=row.plate if sight is Sight.CLEAR else masks.masked_plate(row.plate),
            remark=row.remark,
        )
        for row in rows
    ]


def _relations(db: Session, guest_id: UUID, reader: _Reader) -> list[RelationOut]:
    if not reader.sees("guest.relations"):
        return []
    phone = reader.sight("guest.relation_phone")
    rows = db.connection().execute(
        select(
            *cols(
                Relation.no,
                Relation.kind,
                Relation.other_id,
                Relation.other_name,
                Relation.other_phone,
                Relation.other_born_on,
                Relation.remark,
                Guest.name_native,
                Guest.name_latin,
                Guest.alias,
                Guest.is_incognito,
                Guest.ref,
            ),
            visible_to(reader.by).label("within_reach"),
        )
        .outerjoin(Guest, col(Guest.id) == col(Relation.other_id))
        .where(col(Relation.guest_id) == guest_id)
        .order_by(col(Relation.no))
    )
    return [_relation(row, phone, reader.by) for row in rows]


def _relation(row: Any, phone: Sight, by: Actor) -> RelationOut:
    """The other person by name; a file out of reach shows only what was written here."""
    has_file = row.other_id is not None and row.within_reach
    name = row.other_name
    if has_file:
        name = shown_name(
            name_native=row.name_native,
            name_latin=row.name_latin,
            alias=row.alias,
            is_incognito=row.is_incognito,
            by=by,
            ref=row.ref,
        )
    return RelationOut(
        no=row.no,
        kind=row.kind,
        other_id=row.other_id if has_file else None,
        other_name=name,
        other_phone=masks.by_sight(phone, row.other_phone, masked_phone),
        other_born_on=row.other_born_on,
        remark=row.remark,
    )


def _identity_documents(db: Session, guest_id: UUID, reader: _Reader) -> list[IdentityDocumentOut]:
    if reader.sight("guest.identity_document") is Sight.NONE:
        return []
    rows = db.connection().execute(
        select(*fields_of(IdentityDocument, IdentityDocumentOut))
        .where(col(IdentityDocument.guest_id) == guest_id)
        .order_by(col(IdentityDocument.no))
    )
    return [IdentityDocumentOut.model_validate(row) for row in rows]


def _special(db: Session, guest_id: UUID, reader: _Reader) -> list[SpecialKind]:
    """Which special facts are there to be revealed; never the facts."""
    if reader.sight("guest.special") is Sight.NONE:
        return []
    rows = db.connection().execute(
        select(*cols(SpecialDatum.kind))
        .where(col(SpecialDatum.guest_id) == guest_id)
        .order_by(col(SpecialDatum.kind))
    )
    return [row.kind for row in rows]


def names_in_lists(db: Session, guest_ids: Sequence[UUID], *, by: Actor) -> dict[UUID, str]:
    """The shown names of guests that the caller has already found to be within reach."""
    rows = db.connection().execute(
        select(
            *cols(
                Guest.id,
                Guest.name_native,
                Guest.name_latin,
                Guest.alias,
                Guest.is_incognito,
                Guest.ref,
            )
        ).where(col(Guest.id).in_(guest_ids))
    )
    return {
        row.id: shown_name(
            name_native=row.name_native,
            name_latin=row.name_latin,
            alias=row.alias,
            is_incognito=row.is_incognito,
            by=by,
            ref=row.ref,
        )
        for row in rows
    }
