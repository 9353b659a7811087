"""The SELECTs behind the card: Core rows of one guest, a statement for each kind of fact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Cast,
    CompoundSelect,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from crm.alerts.tables import AlertBook, AlertDismissal
from crm.companies.tables import Company
from crm.complaints.tables import ArrivalCheck, Complaint
from crm.guests.queries import no_such_guest, visible_to
from crm.guests.tables import Address, ContactPoint, Guest, GuestName, Relation
from crm.guests.terms import RelationKind
from crm.hotels.tables import Hotel, Room, RoomType
from crm.kit.dbtypes import Key
from crm.kit.rows import cols, named, one_of
from crm.loyalty.tables import Membership
from crm.preferences.codes import of_hotel, own_words
from crm.preferences.tables import HotelCode, Preference, PreferenceCode
from crm.preferences.terms import (
    SHOWN_STATUSES,
    Polarity,
    PreferenceStatus,
    Scope,
    Sensitivity,
)
from crm.privacy.tables import Consent
from crm.profile.rules import Claim
from crm.profile.sights import THE_GUEST, Reader
from crm.staff.actor import Actor
from crm.staff.terms import Sight
from crm.stays.queries import of_guest, within_reach
from crm.stays.tables import GuestFigure, GuestSpend, Stay

STAYS_READ = 40
CASES_READ = 1000
NAME, CONTACT, CONSENT, RELATION = "name", "contact", "consent", "relation"
ASIDE = "aside"

_FILE = cols(
    Guest.id, Guest.ref, Guest.version, Guest.state, Guest.name_native, Guest.name_latin,
    Guest.alias, Guest.is_incognito, Guest.title, Guest.gender, Guest.nationality, Guest.languages,
    Guest.occupation, Guest.position, Guest.company_id, Guest.identity, Guest.vip, Guest.vip_until,
    Guest.caution, Guest.caution_why, Guest.caution_until, Guest.in_private, Guest.birth_calendar,
    Guest.birth_year, Guest.birth_month, Guest.birth_day, Guest.birth_leap, Guest.checked_at,
    named(Guest.created_at, "file_made_at"),
    named(Company.name, "company_name"), named(Company.name_latin, "company_latin"),
    named(Membership.number, "membership_no"), Membership.tier, Membership.points,
    Hotel.business_on, Hotel.currency, Hotel.leap_day_rule, Hotel.time_zone,
    named(GuestFigure.stays, "stays_here"), named(GuestFigure.last_room_no, "last_room_no"),
    named(Guest.company_id, "guest_company_id"), AlertBook.edition,
)  # fmt: skip


def file_of(db: Session, guest_id: UUID, reader: Reader) -> Any:
    """The guest with company, membership, the reader's hotel and sums; `NotFound` out of reach."""
    query = reader.prepared("file", _file)
    row = db.connection().execute(query, {"the_guest": guest_id}).first()
    if row is None:
        raise no_such_guest()
    return row


def _file(reader: Reader) -> Select[Any]:
    by = reader.by
    return (
        select(*_FILE, *_sums(by))
        .outerjoin(Company, col(Company.id) == col(Guest.company_id))
        .outerjoin(Membership, col(Membership.guest_id) == col(Guest.id))
        .outerjoin(Hotel, col(Hotel.id) == by.hotel_id)
        .outerjoin(AlertBook, col(AlertBook.hotel_id) == by.hotel_id)
        .outerjoin(
            GuestFigure,
            and_(
                col(GuestFigure.guest_id) == col(Guest.id),
                col(GuestFigure.hotel_id) == by.hotel_id,
            ),
        )
        .where(col(Guest.id) == THE_GUEST, visible_to(by))
    )


def _sums(by: Actor) -> list[Any]:
    """Sums over the reader's hotels, how many guests came by this one, whether an address is
    known: scalar subqueries, so that they cost no statement of their own."""
    figure, spend = GuestFigure.__table__.alias("f"), GuestSpend.__table__.alias("s")  # type: ignore[attr-defined]
    here = by.is_system or by.reach == "group"

    def total(table: Any, column: Any, *more: Any) -> Any:
        query = select(cast(func.coalesce(func.sum(column), 0), BigInteger)).where(
            table.c.guest_id == col(Guest.id), *more
        )
        if not here:
            query = query.where(one_of(table.c.hotel_id, by.hotel_ids))
        return query.correlate(Guest, Hotel).scalar_subquery()

    referred = (
        select(func.count())
        .where(
            col(Relation.other_id) == col(Guest.id),
            col(Relation.kind) == RelationKind.REFERRED_BY,
        )
        .correlate(Guest)
        .scalar_subquery()
    )
    return [
        total(figure, figure.c.stays).label("stays"),
        total(figure, figure.c.nights).label("nights"),
        total(spend, spend.c.amount_minor, spend.c.currency == col(Hotel.currency)).label("spend"),
        referred.label("referred"),
        exists().where(col(Address.guest_id) == col(Guest.id)).label("has_address"),
    ]


# ---------------------------------------------------------------- names, contacts, people
def children_of(db: Session, guest_id: UUID, reader: Reader) -> list[Any]:
    """Names, contact points, consents and relations in one statement, told apart by ``what``."""
    query = reader.prepared("children", _children)
    rows = db.connection().execute(query, {"the_guest": guest_id})
    return sorted(rows, key=lambda row: (row.what, row.no))


def _children(reader: Reader) -> CompoundSelect[Any]:
    return union_all(_names(), _contacts(), _consents(), _relations(reader.by), _aside())


def _child(what: str, no: Any, *texts: Any, flag: Any = None, reach: Any = None,
           other: Any = None) -> list[Any]:  # fmt: skip
    """The eleven columns that all children share; texts are filled up with nulls."""
    padded = [*texts, *(null() for _ in range(6 - len(texts)))]
    return [
        literal(what, String).label("what"),
        (no if isinstance(no, Cast) else col(no)).label("no"),
        *(cast(text, String).label(f"t{place}") for place, text in enumerate(padded)),
        (case((flag, 1), else_=0) if flag is not None else literal(0, Integer)).label("flag"),
        (case((reach, 1), else_=0) if reach is not None else literal(0, Integer)).label("reach"),
        cast(null() if other is None else other, Key()).label("other_id"),
    ]


def _names() -> Select[Any]:
    name = GuestName
    return select(
        *_child(NAME, name.no, col(name.kind), col(name.full), col(name.family), col(name.given),
                col(name.pinyin), col(name.language))
    ).where(col(name.guest_id) == THE_GUEST)  # fmt: skip


def _contacts() -> Select[Any]:
    point = ContactPoint
    return select(
        *_child(CONTACT, point.no, col(point.kind), col(point.raw), col(point.norm),
                flag=col(point.is_primary), reach=col(point.is_valid))
    ).where(col(point.guest_id) == THE_GUEST)  # fmt: skip


def _consents() -> Select[Any]:
    return select(
        *_child(CONSENT, Consent.no, col(Consent.channel), col(Consent.state), col(Consent.purpose))
    ).where(col(Consent.guest_id) == THE_GUEST)


def _relations(by: Actor) -> Select[Any]:
    return (
        select(
            *_child(RELATION, Relation.no, col(Relation.kind), col(Relation.other_name),
                    col(Relation.remark), col(Guest.name_native), col(Guest.name_latin),
                    col(Guest.alias), flag=col(Guest.is_incognito), reach=visible_to(by),
                    other=col(Relation.other_id))
        )
        .outerjoin(Guest, col(Guest.id) == col(Relation.other_id))
        .where(col(Relation.guest_id) == THE_GUEST)
    )  # fmt: skip


def _aside() -> Select[Any]:
    """The alerts that were put aside, each for one stay."""
    aside, every = AlertDismissal, cast(literal(0, Integer), Integer)
    return select(*_child(ASIDE, every, col(aside.alert_key), other=col(aside.stay_id))).where(
        col(aside.guest_id) == THE_GUEST
    )


# ---------------------------------------------------------------- stays
_STAY = cols(
    Stay.id, Stay.hotel_id, Stay.guest_id, Stay.status, Stay.arrival_on, Stay.departure_on,
    Stay.nights, Stay.eta, Stay.channel, Stay.rate_code, Stay.room_type_booked,
    Stay.room_type_used, Stay.room_no, Stay.adults, Stay.children, Stay.arriving_from, Stay.wishes,
    Stay.score, Stay.identity, Stay.company_id, Room.features, Room.cleanliness,
    named(RoomType.name, "type_name"),
    named(RoomType.name_zh, "type_name_zh"),
)  # fmt: skip


def stays_of(db: Session, guest_id: UUID, reader: Reader) -> Sequence[Row[Any]]:
    """The guest's stays of the reader's hotels, newest arrival first, with the room's facts."""
    query = reader.prepared("stays", _stays)
    return db.connection().execute(query, {"the_guest": guest_id}).all()


def _stays(reader: Reader) -> Select[Any]:
    return (
        with_room(select(*_STAY))
        .where(of_guest(THE_GUEST, reader.by))
        .order_by(col(Stay.arrival_on).desc(), col(Stay.id).desc())
        .limit(STAYS_READ)
    )


def with_room(query: Select[Any]) -> Select[Any]:
    """Joined with the room of the stay and its type, where there is one."""
    kind = func.coalesce(col(Stay.room_type_used), col(Stay.room_type_booked))
    in_hotel = col(Room.hotel_id) == col(Stay.hotel_id)
    of_hotel = col(RoomType.hotel_id) == col(Stay.hotel_id)
    return query.outerjoin(Room, and_(in_hotel, col(Room.no) == col(Stay.room_no))).outerjoin(
        RoomType, and_(of_hotel, col(RoomType.code) == kind)
    )


# ---------------------------------------------------------------- preferences
_NOTED = cols(
    Preference.guest_id, Preference.code, Preference.value, Preference.words, Preference.status,
    Preference.scope, Preference.stay_id, Preference.evidence, Preference.noted_at, Preference.id,
    Preference.version,
)  # fmt: skip
_CODE = [
    *cols(
        PreferenceCode.code, PreferenceCode.position, PreferenceCode.sensitivity,
        PreferenceCode.polarity, PreferenceCode.departments, PreferenceCode.acts,
        PreferenceCode.occasion, PreferenceCode.conflicts_with,
    ),
    *own_words(),
]  # fmt: skip
THE_GUESTS: BindParameter[Any] = bindparam("the_guests", expanding=True, type_=Key())
THE_CODES: BindParameter[Any] = bindparam("the_codes", expanding=True, type_=String)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the catalogue in the reader's language, with the reader's sight of it."""

    code: str
    position: int
    label: str
    need_to_know: str
    sensitivity: Sensitivity
    polarity: Polarity
    departments: frozenset[str]
    acts: frozenset[str]
    occasion: str
    conflicts: frozenset[str]
    sight: Sight


Noted = tuple[Any, Code]
"""A row of what was noted about a guest, and its code."""


def file_preferences(db: Session, guest_id: UUID, reader: Reader) -> list[Noted]:
    """What is known of one guest, and what was known and is too old to act on."""
    query = reader.prepared("preferences of the file", _preferences_of_the_file)
    found = db.connection().execute(query, {"the_guest": guest_id})
    noted = [(row, _code_of(row, reader)) for row in found]
    return sorted(noted, key=lambda pair: (pair[1].position, pair[0].noted_at))


def preferences_of(db: Session, guest_ids: Sequence[UUID], reader: Reader) -> list[Noted]:
    """What is known and shown of these guests, in the order of the catalogue.

    Of many guests the codes are read once and not row by row: it halves the board.
    """
    if len(guest_ids) == 1:
        query = reader.prepared("preferences", _preferences_of_one)
        found = db.connection().execute(query, {"the_guest": guest_ids[0]})
        noted = [(row, _code_of(row, reader)) for row in found]
    else:
        query = reader.prepared("preferences of many", _preferences_of_many)
        rows = db.connection().execute(query, {"the_guests": list(guest_ids)}).all()
        codes = _codes(db, {row.code for row in rows}, reader)
        noted = [(row, codes[row.code]) for row in rows]
    return sorted(noted, key=lambda pair: (pair[1].position, pair[0].noted_at))


def _codes(db: Session, names: Collection[str], reader: Reader) -> dict[str, Code]:
    query = reader.prepared("codes", _these_codes)
    rows = db.connection().execute(query, {"the_codes": sorted(names)})
    return {row.code: _code_of(row, reader) for row in rows}


def _code_of(row: Any, reader: Reader) -> Code:
    chinese = reader.in_chinese
    return Code(
        code=row.code,
        position=row.position,
        label=row.label_zh if chinese else row.label_en,
        need_to_know=row.need_to_know_zh if chinese else row.need_to_know_en,
        sensitivity=row.sensitivity,
        polarity=row.polarity,
        departments=frozenset(row.departments),
        acts=frozenset(row.acts),
        occasion=row.occasion,
        conflicts=frozenset(row.conflicts_with),
        sight=reader.preferences.sight(row.sensitivity, row.departments),
    )


def _these_codes(reader: Reader) -> Select[Any]:
    return (
        select(*_CODE)
        .outerjoin(HotelCode, of_hotel(reader.by.hotel_id))
        .where(_CODE[0].in_(THE_CODES))
    )


def _preferences_of_one(reader: Reader) -> Select[Any]:
    return _of_the_guest(SHOWN_STATUSES, reader)


def _preferences_of_the_file(reader: Reader) -> Select[Any]:
    return _of_the_guest((*SHOWN_STATUSES, PreferenceStatus.EXPIRED), reader)


def _of_the_guest(statuses: Collection[PreferenceStatus], reader: Reader) -> Select[Any]:
    return (
        _shown(select(*_NOTED, *_CODE[1:]), reader, statuses)
        .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
        .outerjoin(HotelCode, of_hotel(reader.by.hotel_id))
        .where(col(Preference.guest_id) == THE_GUEST)
    )


def _preferences_of_many(reader: Reader) -> Select[Any]:
    return _shown(select(*_NOTED), reader).where(col(Preference.guest_id).in_(THE_GUESTS))


def _shown(
    query: Select[Any], reader: Reader, statuses: Collection[PreferenceStatus] = SHOWN_STATUSES
) -> Select[Any]:
    return query.where(
        one_of(col(Preference.status), statuses),
        or_(col(Preference.hotel_id).is_(None), within_reach(Preference, reader.by)),
    )


def claim_of(noted: Noted, *, stay_id: UUID | None) -> Claim | None:
    """The preference as its reader may see it; None when not, or when of another stay."""
    row, code = noted
    if code.sight is Sight.NONE or (row.scope is Scope.THIS_STAY and row.stay_id != stay_id):
        return None
    return Claim(
        code=code.code,
        label=code.label,
        need_to_know=code.need_to_know,
        sensitivity=code.sensitivity,
        polarity=code.polarity,
        acts=code.acts,
        occasion=code.occasion,
        conflicts=code.conflicts,
        status=row.status,
        evidence=row.evidence,
        value=row.value,
        words=row.words,
        sight=code.sight,
        id=row.id,
        version=row.version,
    )


# ---------------------------------------------------------------- complaints
_CASE = cols(
    Complaint.id, Complaint.guest_id, Complaint.stay_id, Complaint.number, Complaint.kind,
    Complaint.status, Complaint.severity, Complaint.headline, Complaint.opened_at,
    Complaint.next_stay_check,
    named(Stay.departure_on, "left_on"), named(ArrivalCheck.done_at, "checked_at"),
)  # fmt: skip


def cases_of(db: Session, guest_ids: Sequence[UUID], reader: Reader) -> Sequence[Row[Any]]:
    """Complaints of these guests, newest first; delicate ones only for those who read cases."""
    if not reader.sees("complaint.flag"):
        return []
    if len(guest_ids) == 1:
        query = reader.prepared("cases", _cases_of_one)
        return db.connection().execute(query, {"the_guest": guest_ids[0]}).all()
    query = reader.prepared("cases of many", _cases_of_many)
    return db.connection().execute(query, {"the_guests": list(guest_ids)}).all()


def _cases_of_one(reader: Reader) -> Select[Any]:
    return _cases(reader).where(col(Complaint.guest_id) == THE_GUEST)


def _cases_of_many(reader: Reader) -> Select[Any]:
    return _cases(reader).where(col(Complaint.guest_id).in_(THE_GUESTS))


def _cases(reader: Reader) -> Select[Any]:
    query = (
        select(*_CASE)
        .outerjoin(Stay, col(Stay.id) == col(Complaint.stay_id))
        .outerjoin(ArrivalCheck, col(ArrivalCheck.complaint_id) == col(Complaint.id))
        .where(within_reach(Complaint, reader.by))
        .order_by(col(Complaint.opened_at).desc())
        .limit(CASES_READ)
    )
    if reader.sees("complaint.case"):
        return query
    return query.where(col(Complaint.is_sensitive).is_(False))
