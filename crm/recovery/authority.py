"""What holds in a hotel right now: its offers, its limits, and how much of them is used up."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.complaints.terms import Severity
from crm.kit.errors import NotAllowed
from crm.kit.rows import cols, fields_of, one_of
from crm.recovery import catalogue, rules
from crm.recovery.schemas import LimitSheet, OfferSheet
from crm.recovery.tables import Compensation, RecoveryLimit, RecoveryOffer
from crm.recovery.terms import COUNTED
from crm.staff.actor import Actor
from crm.staff.terms import Role


def role_of(by: Actor) -> Role:
    """The highest role with an authority of its own; `NotAllowed` for who has none."""
    role = rules.highest(by.holders)
    if role is None:
        raise NotAllowed("Your role gives nothing by itself. Ask a manager.", "recovery_role")
    return role


def offers_of(db: Session, hotel_id: UUID, currency: str) -> list[OfferSheet]:
    """The shipped catalogue with the hotel's own rows in its place, then the hotel's further ones.

    The cheapest for the hotel first.
    """
    rows = db.connection().execute(
        select(*fields_of(RecoveryOffer, OfferSheet)).where(col(RecoveryOffer.hotel_id) == hotel_id)
    )
    own = {row.code: OfferSheet.model_validate(row) for row in rows}
    shipped = {one.code: _shipped(one, currency) for one in catalogue.SHIPPED}
    return sorted((shipped | own).values(), key=lambda o: (o.cost_minor, o.code))


def _shipped(offer: catalogue.Shipped, currency: str) -> OfferSheet:
    cost, value = catalogue.amounts(offer, currency)
    return OfferSheet(
        code=offer.code,
        kind=offer.kind,
        name_en=offer.name_en,
        name_zh=offer.name_zh,
        cost_minor=cost,
        value_minor=value,
        points=offer.points,
        categories=[],
        least_severity=offer.least,
        is_on=True,
        version=0,
    )


def limit_sheets(db: Session, hotel_id: UUID, currency: str) -> list[LimitSheet]:
    """Every role below the top by every severity, set or default."""
    rows = db.connection().execute(
        select(*fields_of(RecoveryLimit, LimitSheet)).where(col(RecoveryLimit.hotel_id) == hotel_id)
    )
    own = {(row.role, row.severity): LimitSheet.model_validate(row) for row in rows}
    return [
        own.get((role, severity)) or _default(role, severity, currency)
        for role in rules.LADDER[:-1]
        for severity in Severity
    ]


def _default(role: Role, severity: Severity, currency: str) -> LimitSheet:
    limit = rules.default_limit(role, severity, currency)
    return LimitSheet(role=role, severity=severity, version=0, **limit._asdict())


def limits_of(
    db: Session, hotel_id: UUID, severity: Severity, currency: str
) -> dict[Role, rules.Limit]:
    """The limits of every role on the ladder for a severity."""
    found = {
        one.role: rules.Limit(one.case_minor, one.day_minor)
        for one in limit_sheets(db, hotel_id, currency)
        if one.severity is severity
    }
    return found | {rules.LADDER[-1]: rules.UNLIMITED}


def on_case(db: Session, complaint_id: UUID) -> int:
    """What is approved or given on a case, in minor units."""
    return _sum(db, col(Compensation.complaint_id) == complaint_id)


def today(db: Session, hotel_id: UUID, staff_id: UUID | None, day: date) -> int:
    """What counted against a colleague's limits on a business day of the hotel."""
    return _sum(
        db,
        col(Compensation.authority_id) == staff_id,
        col(Compensation.authority_on) == day,
        col(Compensation.hotel_id) == hotel_id,
    )


def _sum(db: Session, *where: object) -> int:
    found = db.connection().scalar(
        select(func.coalesce(func.sum(*cols(Compensation.cost_minor)), 0)).where(
            one_of(col(Compensation.state), COUNTED),
            *where,  # type: ignore[arg-type]
        )
    )
    return int(found or 0)
