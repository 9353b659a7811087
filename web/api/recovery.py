"""REST: what may be given for a case, approvals, the ledger, and what a hotel sets for them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from crm.complaints.terms import Severity
from crm.kit.paging import PageOf
from crm.kit.schema import IsoDate
from crm.recovery import ledger, queries, setting
from crm.recovery import service as recovery
from crm.recovery.schemas import (
    LedgerSheet,
    LimitIn,
    LimitList,
    LimitSheet,
    OfferIn,
    OfferList,
    OfferSheet,
    RecoveryAsk,
    RecoveryDecide,
    RecoveryMade,
    RecoveryRow,
    RecoverySheet,
)
from crm.recovery.terms import CODE_MAX, RecoveryState
from crm.staff.actor import Actor
from crm.staff.terms import Role
from web.answers import as_json, created_once, version_named, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["recovery"], route_class=HardRoute)
HERE = "/api/v1/recovery"
Code = Annotated[str, Path(pattern=rf"^[A-Z0-9_]{{2,{CODE_MAX}}}$")]


@router.get("/complaints/{complaint_id}/recovery")
def read_recovery(db: Db, me: Me, complaint_id: UUID) -> RecoverySheet:
    """What fits the case, within whose limits, what was given, and what worked before."""
    return as_json(queries.recovery_of(db, complaint_id, by=me))  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/recovery", status_code=201)
def give_or_ask(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: RecoveryAsk
) -> RecoveryMade:
    """Give within one's own limits, ask above them. Once by its ``id``, where one is given."""

    def produce() -> tuple[BaseModel, str]:
        made = recovery.offer(db, complaint_id, asked, by=me)
        return made, f"{HERE}/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/recovery/waiting")
def list_waiting(db: Db, me: Me, views: Views, page: Page) -> PageOf[RecoveryRow]:
    """What waits for an approval, the longest waiting first."""
    found = queries.waiting(db, by=me, cursor=page.cursor, limit=page.limit)
    _viewed(views, me, found.items)
    return as_json(found)  # type: ignore[return-value]


@router.get("/recovery/ledger")
def read_ledger(
    db: Db, me: Me, since: IsoDate | None = None, until: IsoDate | None = None
) -> LedgerSheet:
    """Totals by guest and colleague and what is worth a second look, the last 90 days or so."""
    found = ledger.ledger(db, by=me, since=since, until=until)
    return as_json(found)  # type: ignore[return-value]


@router.get("/recovery/entries")
def list_entries(
    db: Db, me: Me, views: Views, page: Page, state: RecoveryState | None = None
) -> PageOf[RecoveryRow]:
    """The ledger line by line, the newest first."""
    found = queries.entries(db, by=me, state=state, cursor=page.cursor, limit=page.limit)
    _viewed(views, me, found.items)
    return as_json(found)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/recovery")
def list_of_guest(db: Db, me: Me, views: Views, page: Page, guest_id: UUID) -> PageOf[RecoveryRow]:
    """What one guest was given or asked for, the newest first."""
    found = queries.entries(db, by=me, guest_id=guest_id, cursor=page.cursor, limit=page.limit)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id)
    return as_json(found)  # type: ignore[return-value]


@router.get("/recovery/offers")
def list_offers(db: Db, me: Me) -> OfferList:
    """The hotel's catalogue, the cheapest for the hotel first."""
    return as_json(setting.offers(db, by=me))  # type: ignore[return-value]


@router.get("/recovery/offers/{code}")
def read_offer(db: Db, me: Me, code: Code) -> OfferSheet:
    found = setting.offer_sheet(db, code, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/recovery/offers/{code}")
def put_offer(request: Request, db: Db, me: Me, code: Code, asked: OfferIn) -> OfferSheet:
    """Write an entry whole; what was given by it before stays as it was."""
    kept = setting.put_offer(db, code, asked, version=version_named(request), by=me)
    return with_etag(kept, kept.version)  # type: ignore[return-value]


@router.get("/recovery/limits")
def list_limits(db: Db, me: Me) -> LimitList:
    """How much each role may give by itself, by severity; the general manager has no limit."""
    return as_json(setting.limits(db, by=me))  # type: ignore[return-value]


@router.get("/recovery/limits/{role}/{severity}")
def read_limit(db: Db, me: Me, role: Role, severity: Severity) -> LimitSheet:
    found = setting.limit_sheet(db, role, severity, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/recovery/limits/{role}/{severity}")
def put_limit(
    request: Request, db: Db, me: Me, role: Role, severity: Severity, asked: LimitIn
) -> LimitSheet:
    kept = setting.put_limit(db, role, severity, asked, version=version_named(request), by=me)
    return with_etag(kept, kept.version)  # type: ignore[return-value]


@router.get("/recovery/{compensation_id}")
def read_line(db: Db, me: Me, views: Views, compensation_id: UUID) -> RecoveryRow:
    return _line(db, me, views, compensation_id)  # type: ignore[return-value]


@router.post("/recovery/{compensation_id}/decide")
def decide(
    request: Request, db: Db, me: Me, views: Views, compensation_id: UUID, asked: RecoveryDecide
) -> RecoveryRow:
    """Approve or refuse what somebody else asked for; a refusal says why."""
    recovery.decide(db, compensation_id, asked, version=version_named(request), by=me)
    return _line(db, me, views, compensation_id)  # type: ignore[return-value]


@router.post("/recovery/{compensation_id}/give")
def give(request: Request, db: Db, me: Me, views: Views, compensation_id: UUID) -> RecoveryRow:
    """Hand over what was approved."""
    recovery.give(db, compensation_id, version=version_named(request), by=me)
    return _line(db, me, views, compensation_id)  # type: ignore[return-value]


@router.post("/recovery/{compensation_id}/withdraw")
def withdraw(request: Request, db: Db, me: Me, views: Views, compensation_id: UUID) -> RecoveryRow:
    """Take back what was asked for and not yet given."""
    recovery.withdraw(db, compensation_id, version=version_named(request), by=me)
    return _line(db, me, views, compensation_id)  # type: ignore[return-value]


def _line(db: Db, me: Actor, views: Views, compensation_id: UUID) -> object:
    found = queries.line(db, compensation_id, by=me)
    _viewed(views, me, [found])
    return with_etag(found, found.version)


def _viewed(views: Views, me: Actor, lines: list[RecoveryRow]) -> None:
    for one in lines:
        if one.guest_id is not None:
            views.viewed(by=me, subject="compensation", subject_id=one.id, guest_id=one.guest_id)
