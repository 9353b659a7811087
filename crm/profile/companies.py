"""What a partner company means to the house: nights and money, travellers, open complaints."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, distinct, extract, func, or_, select, union
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.complaints.terms import OPEN_STATUSES, CaseStatus, Severity
from crm.guests import queries as guests
from crm.guests.tables import Guest
from crm.guests.terms import GuestIdentity, GuestState, VipLevel
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.loyalty.tables import Membership
from crm.loyalty.terms import Tier
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.tables import FolioLine, Stay
from crm.stays.terms import COUNTS_AS_STAYED, FolioCategory, StayStatus

YEARS_SHOWN = 4
FEW = 5
"""Below so many travellers a sum of money could be one person's: it is not shown in total."""


class Revenue(Out):
    """Minor units of one currency: what was paid for rooms, and for everything."""

    currency: str
    room_minor: int
    total_minor: int


class ProductionYear(Out):
    """One year of arrivals. ``revenue`` is null where it is not for this reader, or where too
    few people travelled for a sum to hide one (``too_few``)."""

    year: int
    stays: int
    room_nights: int
    cancelled: int
    travellers: int
    revenue: list[Revenue] | None
    too_few: bool


class Traveller(Out):
    """A guest of the company as a list shows one."""

    id: UUID
    ref: str | None
    name: str
    tier: Tier | None
    vip: VipLevel | None
    identity: GuestIdentity | None
    last_seen_on: date | None


class OpenCase(Out):
    """An open complaint of one of the company's travellers; a sensitive one without words."""

    number: int
    headline: str | None
    severity: Severity
    status: CaseStatus
    opened_at: datetime


def production_of(db: Session, company_id: UUID, *, by: Actor, today: date) -> list[ProductionYear]:
    """Nights and revenue by year of arrival, newest first, in the hotels within reach.

    Empty for readers without ``companies.production``.
    """
    if not by.may("companies.production"):
        return []
    years = _nights(db, company_id, by, today)
    revenue = _revenue(db, company_id, by, today)
    clear = by.sight("guest.spend", Channel.PAGE) is Sight.CLEAR
    return [
        ProductionYear(
            year=int(row.year),
            stays=row.stays,
            room_nights=row.nights or 0,
            cancelled=row.cancelled,
            travellers=row.travellers,
            revenue=revenue[int(row.year)] if clear or row.travellers >= FEW else None,
            too_few=not clear and row.travellers < FEW,
        )
        for row in years
    ]


def travellers_of(db: Session, company_id: UUID, *, by: Actor, limit: int = 50) -> list[Traveller]:
    """The company's guests within reach, the last seen first; nobody for marketing."""
    if not by.may("guests.read"):
        return []
    rows = db.connection().execute(
        select(
            *cols(
                Guest.id,
                Guest.ref,
                Guest.name_native,
                Guest.name_latin,
                Guest.alias,
                Guest.is_incognito,
                Guest.vip,
                Guest.identity,
                Guest.last_seen_on,
                Membership.tier,
            )
        )
        .outerjoin(Membership, col(Membership.guest_id) == col(Guest.id))
        .where(
            col(Guest.id).in_(_people(company_id)),
            col(Guest.state) == GuestState.ACTIVE,
            guests.visible_to(by),
        )
        .order_by(col(Guest.last_seen_on).desc().nulls_last(), col(Guest.id))
        .limit(limit)
    )
    return [_traveller(row, by) for row in rows]


def open_cases_of(db: Session, company_id: UUID, *, by: Actor, limit: int = 10) -> list[OpenCase]:
    """Open complaints of the company's travellers and stays in the hotels within reach."""
    if not by.may("complaints.flag") or by.sight("complaint.flag", Channel.PAGE) is Sight.NONE:
        return []
    stays = select(col(Stay.id)).where(col(Stay.company_id) == company_id)
    query = (
        select(
            *cols(
                Complaint.number,
                Complaint.headline,
                Complaint.severity,
                Complaint.status,
                Complaint.opened_at,
                Complaint.is_sensitive,
            )
        )
        .where(
            col(Complaint.status).in_(OPEN_STATUSES),
            or_(
                col(Complaint.guest_id).in_(_people(company_id)),
                col(Complaint.stay_id).in_(stays),
            ),
        )
        .order_by(col(Complaint.opened_at).desc())
        .limit(limit)
    )
    if not by.is_system:
        query = query.where(col(Complaint.hotel_id).in_(by.hotel_ids))
    knows = by.sight("complaint.case", Channel.PAGE) is Sight.CLEAR
    return [
        OpenCase(
            number=row.number,
            headline=row.headline if knows or not row.is_sensitive else None,
            severity=row.severity,
            status=row.status,
            opened_at=row.opened_at,
        )
        for row in db.connection().execute(query)
    ]


def _people(company_id: UUID) -> Any:
    """Ids of guests who belong to the company or stayed for it."""
    return union(
        select(col(Guest.id)).where(col(Guest.company_id) == company_id),
        select(col(Stay.guest_id)).where(
            col(Stay.company_id) == company_id, col(Stay.guest_id).is_not(None)
        ),
    )


def _traveller(row: Any, by: Actor) -> Traveller:
    def seen(field: str, value: Any) -> Any:
        return value if by.sight(field, Channel.LIST) is Sight.CLEAR else None

    return Traveller(
        id=row.id,
        ref=seen("guest.ref", row.ref),
        name=guests.shown_name(
            name_native=row.name_native,
            name_latin=row.name_latin,
            alias=row.alias,
            is_incognito=row.is_incognito,
            by=by,
            ref=row.ref,
        ),
        tier=seen("loyalty.tier", row.tier),
        vip=seen("guest.vip", row.vip),
        identity=seen("guest.identity", row.identity),
        last_seen_on=seen("guest.file", row.last_seen_on),
    )


def _of_company(company_id: UUID, by: Actor, today: date) -> list[Any]:
    since = date(today.year - YEARS_SHOWN + 1, 1, 1)
    found: list[Any] = [col(Stay.company_id) == company_id, col(Stay.arrival_on) >= since]
    return found if by.is_system else [*found, col(Stay.hotel_id).in_(by.hotel_ids)]


def _nights(db: Session, company_id: UUID, by: Actor, today: date) -> list[Any]:
    year = extract("year", col(Stay.arrival_on)).label("year")
    stayed = col(Stay.status).in_(COUNTS_AS_STAYED)
    rows = db.connection().execute(
        select(
            year,
            func.count().filter(stayed).label("stays"),
            func.sum(case((stayed, col(Stay.nights)), else_=0)).label("nights"),
            func.count().filter(col(Stay.status) == StayStatus.CANCELLED).label("cancelled"),
            func.count(distinct(case((stayed, col(Stay.guest_id))))).label("travellers"),
        )
        .where(*_of_company(company_id, by, today))
        .group_by(year)
        .order_by(year.desc())
    )
    return [row for row in rows if row.stays or row.cancelled]


def _revenue(
    db: Session, company_id: UUID, by: Actor, today: date
) -> defaultdict[int, list[Revenue]]:
    year = extract("year", col(Stay.arrival_on)).label("year")
    is_room = col(FolioLine.category) == FolioCategory.ROOM
    rows = db.connection().execute(
        select(
            year,
            col(FolioLine.currency),
            func.sum(case((is_room, col(FolioLine.amount_minor)), else_=0)).label("room"),
            func.sum(col(FolioLine.amount_minor)).label("total"),
        )
        .select_from(Stay)
        .join(FolioLine, col(FolioLine.stay_id) == col(Stay.id))
        .where(*_of_company(company_id, by, today))
        .group_by(year, col(FolioLine.currency))
        .order_by(col(FolioLine.currency))
    )
    found: defaultdict[int, list[Revenue]] = defaultdict(list)
    for row in rows:
        found[int(row.year)].append(
            Revenue(currency=row.currency, room_minor=int(row.room), total_minor=int(row.total))
        )
    return found
