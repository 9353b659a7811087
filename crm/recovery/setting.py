"""What a hotel sets for itself: its offers and the limits of its roles."""

from uuid import UUID, uuid5

from sqlmodel import Session

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints.terms import Severity
from crm.hotels import queries as hotels
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, NotFound
from crm.recovery import authority
from crm.recovery.queries import LIMITS, OFFER
from crm.recovery.schemas import (
    LimitIn,
    LimitList,
    LimitSheet,
    OfferIn,
    OfferList,
    OfferSheet,
)
from crm.recovery.tables import RecoveryLimit, RecoveryOffer
from crm.recovery.terms import OfferKind
from crm.staff.actor import Actor
from crm.staff.terms import Role


def offers(db: Session, *, by: Actor) -> OfferList:
    """The hotel's catalogue, also what is switched off."""
    by.need(OFFER)
    hotel = hotels.hotel(db, _hotel(by))
    return OfferList(
        currency=hotel.currency, items=authority.offers_of(db, _hotel(by), hotel.currency)
    )


def offer_sheet(db: Session, code: str, *, by: Actor) -> OfferSheet:
    found = next((one for one in offers(db, by=by).items if one.code == code), None)
    if found is None:
        raise NotFound("There is no such offer here.", "recovery_offer")
    return found


def put_offer(
    db: Session, code: str, given: OfferIn, *, version: int | None, by: Actor
) -> OfferSheet:
    """Write an entry whole, a new one or in place of what holds; past gifts stay as they were.

    ``version`` is what the writer has seen, 0 for a shipped entry or a new code, None for any.
    """
    by.need(LIMITS)
    if given.kind is OfferKind.POINTS and not given.points:
        raise Invalid("Say how many points.", "offer_points", pointer="/points")
    if given.kind is not OfferKind.POINTS and given.points:
        raise Invalid("Only an offer of points has points.", "offer_points", pointer="/points")
    hotel_id = _hotel(by)
    row = db.get(RecoveryOffer, (hotel_id, code), with_for_update=True)
    _check(row.version if row else 0, version)
    if row is None:
        row = RecoveryOffer(hotel_id=hotel_id, code=code, **given.model_dump())
    else:
        row.sqlmodel_update(given.model_dump())
        row.version += 1
    db.add(row)
    _note(db, "recovery_offer", hotel_id, code, sorted(given.model_fields_set), by)
    return offer_sheet(db, code, by=by)


def add_offer(db: Session, code: str, given: OfferIn, *, by: Actor) -> OfferSheet:
    """An entry that was not there; `Conflict` for a code that is, be it switched off."""
    by.need(LIMITS)
    if any(one.code == code for one in offers(db, by=by).items):
        raise Conflict(
            "There is an offer with this code. Change that one, or choose another name.",
            "recovery_offer_known",
            pointer="/code",
        )
    return put_offer(db, code, given, version=0, by=by)


def limits(db: Session, *, by: Actor) -> LimitList:
    """The hotel's limits by role and severity; the general manager has none."""
    by.need(LIMITS)
    hotel = hotels.hotel(db, _hotel(by))
    return LimitList(
        currency=hotel.currency, items=authority.limit_sheets(db, _hotel(by), hotel.currency)
    )


def limit_sheet(db: Session, role: Role, severity: Severity, *, by: Actor) -> LimitSheet:
    """One limit; `NotFound` for a role without an authority of its own or above every limit."""
    wanted = (role, severity)
    found = next((s for s in limits(db, by=by).items if (s.role, s.severity) == wanted), None)
    if found is None:
        raise NotFound("This role has no limit to set.", "recovery_limit")
    return found


def put_limit(
    db: Session,
    role: Role,
    severity: Severity,
    given: LimitIn,
    *,
    version: int | None,
    by: Actor,
) -> LimitSheet:
    """Set how much a role may give for a case of a severity and on one day."""
    held = limit_sheet(db, role, severity, by=by)
    _check(held.version, version)
    hotel_id = _hotel(by)
    row = db.get(RecoveryLimit, (hotel_id, role, severity), with_for_update=True)
    if row is None:
        row = RecoveryLimit(hotel_id=hotel_id, role=role, severity=severity, **given.model_dump())
    else:
        row.sqlmodel_update(given.model_dump())
        row.version += 1
    db.add(row)
    _note(db, "recovery_limit", hotel_id, f"{role}:{severity}", sorted(given.model_fields_set), by)
    return limit_sheet(db, role, severity, by=by)


def _hotel(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise NotAllowed("Work for one hotel first.", "hotel_needed")
    return by.hotel_id


def _check(held: int, seen: int | None) -> None:
    if seen is not None and seen != held:
        raise ChangedMeanwhile(
            "Somebody changed this meanwhile. Look at it again.", "changed_meanwhile"
        )


def _note(
    db: Session, subject: str, hotel_id: UUID, key: str, fields: list[str], by: Actor
) -> None:
    """The audit names a row by one id: made of the hotel's and the row's own words."""
    db.flush()
    audit.note(
        db, Deed.CHANGED, by=by, subject=subject, subject_id=uuid5(hotel_id, key), fields=fields
    )
