"""REST: a hotel's own rules for alerts, and alerts put aside for a stay."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.alerts import queries, service
from crm.alerts.schemas import (
    AlertAside,
    AlertRuleIn,
    AlertRuleMade,
    AlertRuleOut,
    AsideMade,
    RuleStep,
    WouldMatch,
)
from crm.kit.paging import PageOf
from crm.profile import putting_aside
from crm.staff.actor import Actor
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["alerts"], route_class=HardRoute)


@router.get("/alerts")
def list_rules(db: Db, me: Me) -> PageOf[AlertRuleOut]:
    """Your hotel's rules in their order, with how often they stood and were put aside."""
    found = queries.rule_list(db, by=me)
    return as_json(PageOf[AlertRuleOut](items=found))  # type: ignore[return-value]


@router.post("/alerts", status_code=201)
def add_rule(request: Request, db: Db, me: Me, asked: AlertRuleIn) -> AlertRuleMade:
    """A new rule, switched off."""

    def produce() -> tuple[BaseModel, str]:
        made = service.add_rule(db, asked, by=me)
        return made, f"/api/v1/alerts/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.post("/alerts/preview")
def preview_rule(db: Db, me: Me, asked: AlertRuleIn) -> WouldMatch:
    """On how many of today's stays the rule would stand; nothing is kept."""
    return as_json(putting_aside.would_match(db, asked, by=me))  # type: ignore[return-value]


@router.get("/alerts/{rule_id}")
def read_rule(db: Db, me: Me, rule_id: UUID) -> AlertRuleOut:
    return _sheet(db, me, rule_id)  # type: ignore[return-value]


@router.put("/alerts/{rule_id}")
def amend_rule(request: Request, db: Db, me: Me, rule_id: UUID, asked: AlertRuleIn) -> AlertRuleOut:
    """Write a rule anew; how it read before is kept. It stays on, or off."""
    held = queries.rule(db, rule_id, by=me)
    need_match(request, held.version)
    service.amend_rule(db, rule_id, asked, version=held.version, by=me)
    return _sheet(db, me, rule_id)  # type: ignore[return-value]


@router.post("/alerts/{rule_id}/steps")
def step_rule(request: Request, db: Db, me: Me, rule_id: UUID, asked: RuleStep) -> AlertRuleMade:
    """Switch a rule on or off, or retire it."""
    held = queries.rule(db, rule_id, by=me)
    need_match(request, held.version)
    made = service.step(db, rule_id, asked, version=held.version, by=me)
    return with_etag(made, made.version)  # type: ignore[return-value]


@router.post("/guests/{guest_id}/alerts")
def put_alert_aside(db: Db, me: Me, views: Views, guest_id: UUID, asked: AlertAside) -> AsideMade:
    """Put an alert of the card aside for the present stay, or bring it back."""
    do = putting_aside.bring_back if asked.again else putting_aside.put_aside
    changed = do(db, guest_id, asked.key, by=me)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["alerts"])
    made = AsideMade(key=asked.key, again=asked.again, changed=changed)
    return as_json(made)  # type: ignore[return-value]


def _sheet(db: Session, me: Actor, rule_id: UUID) -> Response:
    found = queries.rule(db, rule_id, by=me)
    return with_etag(found, found.version)
