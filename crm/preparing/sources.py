"""The SELECTs behind preparing: facts of many stays at once, a statement for each kind."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.guests.tables import ContactPoint, Guest, GuestSearch, Relation
from crm.guests.terms import ContactKind, GuestState
from crm.hotels.tables import Hotel
from crm.kit.db import chunks
from crm.kit.rows import cols, named
from crm.preferences.codes import in_use, of_hotel, own_words
from crm.preferences.tables import HotelCode, Observation, Preference, PreferenceCode
from crm.preferences.terms import SHOWN_STATUSES, ObservationState, Scope
from crm.preparing.rules import Known, Wish
from crm.preparing.tables import Preparation, StayPreparation
from crm.staff.tables import Staff
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus

BATCH = 400
TO_COME = (StayStatus.BOOKED, StayStatus.IN_HOUSE)

_STAY = cols(
    Stay.id, Stay.hotel_id, Stay.guest_id, Stay.status, Stay.arrival_on, Stay.nights, Stay.eta,
    Stay.room_no, Stay.identity, Stay.group_name,
    Guest.ref, Guest.name_native, Guest.name_latin, Guest.alias, Guest.is_incognito, Guest.vip,
    Guest.vip_until, Guest.checked_at, Guest.birth_month, named(Guest.created_at, "file_made_at"),
    named(Hotel.business_on, "today"), Hotel.time_zone,
    named(StayPreparation.version, "prep_version"), StayPreparation.prepared_at,
    StayPreparation.settled, named(Staff.name, "prepared_by"),
)  # fmt: skip


def stays_arriving(db: Session, hotel_id: UUID, first: date, last: date) -> Sequence[Any]:
    """The stays of a hotel that arrive within these days, those already here among them."""
    return _stays(db, col(Stay.hotel_id) == hotel_id, col(Stay.arrival_on).between(first, last),
                  col(Stay.status).in_(TO_COME))  # fmt: skip


def stays_named(db: Session, stay_ids: Collection[UUID]) -> Sequence[Any]:
    """The same facts of given stays, whatever became of them."""
    wanted = sorted(set(stay_ids))
    return [row for part in chunks(wanted, BATCH) for row in _stays(db, col(Stay.id).in_(part))]


def _stays(db: Session, *where: Any) -> Sequence[Any]:
    here = (
        select(func.coalesce(func.sum(col(GuestFigure.stays)), 0))
        .where(col(GuestFigure.guest_id) == col(Stay.guest_id))
        .correlate(Stay)
        .scalar_subquery()
    )
    return (
        db.connection()
        .execute(
            select(*_STAY, here.label("stays"))
            .select_from(Stay)
            .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
            .outerjoin(Guest, col(Guest.id) == col(Stay.guest_id))
            .outerjoin(StayPreparation, col(StayPreparation.stay_id) == col(Stay.id))
            .outerjoin(Staff, col(Staff.id) == col(StayPreparation.prepared_by))
            .where(*where)
            .order_by(col(Stay.eta).is_(None), col(Stay.eta), col(Stay.id))
        )
        .all()
    )


# ---------------------------------------------------------------- wishes
_WISH = cols(
    Preference.id, Preference.guest_id, Preference.code, Preference.value, Preference.status,
    Preference.scope, Preference.stay_id, Preference.hotel_id, PreferenceCode.sensitivity,
    PreferenceCode.acts, PreferenceCode.occasion, PreferenceCode.conflicts_with,
)  # fmt: skip


def wishes_of(db: Session, stays: Sequence[Any]) -> dict[UUID, list[Wish]]:
    """The claims that count for each stay, by the stay's id; codes switched off are left out."""
    by_guest: dict[UUID, list[Any]] = defaultdict(list)
    for hotel_id, rows in _by_hotel(stays).items():
        for part in chunks(sorted({row.guest_id for row in rows}), BATCH):
            for wish in db.connection().execute(_wishes(hotel_id, part)):
                by_guest[wish.guest_id].append(wish)
    return {
        stay.id: [_wish(row) for row in by_guest.get(stay.guest_id, ()) if _counts(row, stay)]
        for stay in stays
    }


def _by_hotel(stays: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for stay in stays:
        if stay.guest_id is not None:
            found[stay.hotel_id].append(stay)
    return found


def _wishes(hotel_id: UUID, guest_ids: Sequence[UUID]) -> Any:
    # The centre's yes, or a colleague's own word where no review stands before it.
    answered_for = exists().where(
        col(Observation.preference_id) == col(Preference.id),
        col(Observation.denies).is_(False),
        or_(
            and_(
                col(Observation.state) == ObservationState.ACCEPTED,
                col(Observation.reviewed_by).is_not(None),
            ),
            and_(
                col(Observation.state) == ObservationState.TAKEN,
                col(Observation.noted_by).is_not(None),
            ),
        ),
    )
    return (
        select(*_WISH, answered_for.label("by_person"))
        .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
        .outerjoin(HotelCode, of_hotel(hotel_id))
        .where(
            col(Preference.guest_id).in_(guest_ids),
            col(Preference.status).in_(SHOWN_STATUSES),
            or_(col(Preference.hotel_id).is_(None), col(Preference.hotel_id) == hotel_id),
            in_use(hotel_id),
        )
        .order_by(col(PreferenceCode.position), col(Preference.id))
    )


def _counts(row: Any, stay: Any) -> bool:
    of_this = row.scope is not Scope.THIS_STAY or row.stay_id == stay.id
    return of_this and (row.hotel_id is None or row.hotel_id == stay.hotel_id)


def _wish(row: Any) -> Wish:
    return Wish(
        preference_id=row.id,
        code=row.code,
        value=row.value,
        status=row.status,
        sensitivity=row.sensitivity,
        acts=frozenset(row.acts),
        occasion=row.occasion,
        conflicts=frozenset(row.conflicts_with),
        by_person=row.by_person,
    )


# ---------------------------------------------------------------- the file
def known_of(db: Session, stays: Sequence[Any]) -> dict[UUID, Known]:
    """What else is known of each stay's guest, by the stay's id; none for a stay without one."""
    guests = sorted({stay.guest_id for stay in stays if stay.guest_id is not None})
    waiting, alike = waiting_of(db, guests), alike_to(db, guests)
    reachable = _with_phone(db, guests)
    return {
        stay.id: Known(
            stays=stay.stays,
            is_vip=is_vip(stay),
            checked_on=_day(stay.checked_at, stay),
            made_on=_day(stay.file_made_at, stay) or stay.today,
            has_phone=stay.guest_id in reachable,
            has_birthday=stay.birth_month is not None,
            waiting=waiting.get(stay.guest_id, ()),
            alike=alike.get(stay.guest_id, ()),
        )
        for stay in stays
        if stay.guest_id is not None
    }


def is_vip(stay: Any) -> bool:
    return stay.vip is not None and (stay.vip_until is None or stay.vip_until >= stay.today)


def _day(at: Any, stay: Any) -> date | None:
    return at.astimezone(ZoneInfo(stay.time_zone)).date() if at else None


def waiting_of(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Notes that wait for the centre, by guest, the oldest first."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for part in chunks(guest_ids, BATCH):
        rows = db.connection().execute(
            select(*cols(Observation.guest_id, Observation.id))
            .where(
                col(Observation.guest_id).in_(part),
                col(Observation.state) == ObservationState.WAITING,
            )
            .order_by(col(Observation.entered_at), col(Observation.id))
        )
        for row in rows:
            found[row.guest_id].append(row.id)
    return found


def _with_phone(db: Session, guest_ids: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for part in chunks(guest_ids, BATCH):
        rows = db.connection().execute(
            select(*cols(ContactPoint.guest_id))
            .where(
                col(ContactPoint.guest_id).in_(part),
                col(ContactPoint.kind) == ContactKind.PHONE,
                col(ContactPoint.is_valid).is_(true()),
            )
            .distinct()
        )
        found.update(row.guest_id for row in rows)
    return found


def alike_to(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Active files that may be the same person: an unshared phone or address of theirs, or the
    same name with the same birthday. Who is known to be related is somebody else."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for part in chunks(guest_ids, BATCH):
        for query in (_same_contact(part), _same_name(part)):
            for row in db.connection().execute(query):
                found[row.guest_id].add(row.other_id)
    return {guest_id: sorted(others) for guest_id, others in found.items()}


def _same_contact(guest_ids: Sequence[UUID]) -> Any:
    ours, theirs = aliased(ContactPoint), aliased(ContactPoint)
    telling = [
        condition
        for side in (ours, theirs)
        for condition in (
            col(side.is_valid).is_(true()),
            ~col(side.is_shared),
            ~col(side.is_relay),
        )
    ]
    return (
        select(col(ours.guest_id).label("guest_id"), col(theirs.guest_id).label("other_id"))
        .join(theirs, and_(col(theirs.norm) == col(ours.norm), col(theirs.kind) == col(ours.kind)))
        .join(Guest, col(Guest.id) == col(theirs.guest_id))
        .where(
            col(ours.guest_id).in_(guest_ids),
            col(theirs.guest_id) != col(ours.guest_id),
            *telling,
            *_somebody_else(ours.guest_id, theirs.guest_id),
        )
    )


def _same_name(guest_ids: Sequence[UUID]) -> Any:
    ours, theirs = aliased(GuestSearch), aliased(GuestSearch)
    return (
        select(col(ours.guest_id).label("guest_id"), col(theirs.guest_id).label("other_id"))
        .join(
            theirs,
            and_(
                col(theirs.name_key) == col(ours.name_key),
                col(theirs.birth_mmdd) == col(ours.birth_mmdd),
            ),
        )
        .join(Guest, col(Guest.id) == col(theirs.guest_id))
        .where(
            col(ours.guest_id).in_(guest_ids),
            col(ours.name_key) != "",
            col(theirs.guest_id) != col(ours.guest_id),
            *_somebody_else(ours.guest_id, theirs.guest_id),
        )
    )


def _somebody_else(ours: Any, theirs: Any) -> list[Any]:
    related = exists().where(
        or_(
            and_(col(Relation.guest_id) == col(ours), col(Relation.other_id) == col(theirs)),
            and_(col(Relation.guest_id) == col(theirs), col(Relation.other_id) == col(ours)),
        )
    )
    return [col(Guest.state) == GuestState.ACTIVE, ~related]


# ---------------------------------------------------------------- items
_ITEM = cols(
    Preparation.id, Preparation.stay_id, Preparation.code, Preparation.department,
    Preparation.value, Preparation.preference_id, Preparation.done_at, Preparation.dropped_at,
    PreferenceCode.sensitivity, PreferenceCode.departments, PreferenceCode.occasion,
    named(Staff.name, "done_by"),
)  # fmt: skip


def items_of(db: Session, stay_ids: Collection[UUID], *, dropped: bool = False) -> list[Any]:
    """Items of these stays in the order of the catalogue, with the hotel's wording of the code."""
    found: list[Any] = []
    for part in chunks(sorted(set(stay_ids)), BATCH):
        query = (
            select(*_ITEM, *own_words())
            .join(PreferenceCode, col(PreferenceCode.code) == col(Preparation.code))
            .outerjoin(
                HotelCode,
                and_(
                    col(HotelCode.code) == col(Preparation.code),
                    col(HotelCode.hotel_id) == col(Preparation.hotel_id),
                ),
            )
            .outerjoin(Staff, col(Staff.id) == col(Preparation.done_by))
            .where(col(Preparation.stay_id).in_(part))
            .order_by(col(PreferenceCode.position), col(Preparation.department))
        )
        if not dropped:
            query = query.where(col(Preparation.dropped_at).is_(None))
        found.extend(db.connection().execute(query))
    return found


def words_of(db: Session, codes: Collection[str], hotel_id: UUID | None) -> dict[str, Any]:
    """The hotel's wording of these codes with what decides who reads them, by code."""
    rows = db.connection().execute(
        select(
            *cols(PreferenceCode.code, PreferenceCode.sensitivity, PreferenceCode.departments),
            *own_words(),
        )
        .outerjoin(HotelCode, of_hotel(hotel_id))
        .where(col(PreferenceCode.code).in_(sorted(codes)))
    )
    return {row.code: row for row in rows}
