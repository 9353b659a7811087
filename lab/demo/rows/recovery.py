"""Rows of the ledger of recovery: what guests were given, what waits, what was refused."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from crm.complaints.terms import Severity
from crm.recovery.catalogue import SHIPPED, Shipped
from crm.recovery.terms import OfferKind, RecoveryState
from crm.staff.terms import Role
from lab.demo.bookings import HOTEL_ZONE
from lab.demo.cases import Case
from lab.demo.dressing import World
from lab.demo.house import CURRENCY
from lab.demo.rows.register import Register, Row

_OFFERS = {one.code: one for one in SHIPPED}
OFFER_OF = {
    "air_conditioner": "WAIVE",
    "neighbours": "LATEOUT",
    "works": "VOUCHER",
    "bathroom": "FRUIT",
    "smell": "UPGRADE",
    "waiting": "FRUIT",
    "attitude": "WAIVE",
    "forgotten": "CAKE",
    "wake_up": "VOUCHER",
    "fapiao": "LETTER",
    "quality": "WAIVE",
    "allergy": "NIGHT",
    "door": "SUITE",
}
"""By cause, the offer that the words of the case describe."""

ASKED = (
    (RecoveryState.WAITING, "SUITE", 190_000, "Two nights without sleep, he is a regular.", ""),
    (RecoveryState.WAITING, "VOUCHER", 60_000, "The guest asked for dinner for the family.", ""),
    (RecoveryState.REFUSED, "NIGHT", 150_000, "She wants the whole night back.",
     "The room was changed within the hour. Offer the spa instead."),
)  # fmt: skip
"""What the duty manager asked the general manager for: state, offer, cost, why, the answer."""


def given_rows(world: World, register: Register) -> Iterator[Row]:
    """A line for each case in which something was given, then what goes beyond a limit."""
    for case in world.cases:
        if case.cause in OFFER_OF and case.at_stage("recovering") and case.given:
            yield _given(case, register)
    recovering = [case for case in world.cases if case.status == "recovering"]
    for case, asked in zip(recovering, ASKED, strict=False):
        yield _asked(case, register, world.now, *asked)


def _given(case: Case, register: Register) -> Row:
    at = case.at_stage("recovering") or case.opened_at
    offer = _OFFERS[OFFER_OF[case.cause]]
    giver = register.staff[case.owner]
    return _line(case, register, offer, case.cost, "given") | {
        "state": RecoveryState.GIVEN,
        "asked_at": at,
        "asked_by": giver,
        "given_at": at,
        "given_by": giver,
        "authority_id": giver,
        "authority_on": at.astimezone(HOTEL_ZONE).date(),
        "version": 2,
    }


def _asked(
    case: Case,
    register: Register,
    now: datetime,
    state: RecoveryState,
    code: str,
    cost: int,
    why: str,
    answer: str,
) -> Row:
    at = case.steps[-1].at
    is_decided = state is not RecoveryState.WAITING
    return _line(case, register, _OFFERS[code], cost, "asked") | {
        "state": state,
        "needs_role": Role.GENERAL_MANAGER,
        "words": why,
        "asked_at": at,
        "asked_by": register.staff["duty"],
        "decided_at": min(at + timedelta(minutes=3), now) if is_decided else None,
        "decided_by": register.staff["gm"] if is_decided else None,
        "decided_words": answer or None,
        "version": 1 + is_decided,
    }


def _line(case: Case, register: Register, offer: Shipped, cost: int, name: str) -> Row:
    """What all lines have; a guest gets as much more than the cost as the catalogue says."""
    key: UUID = uuid5(case.key, name)
    worth = cost * offer.value // offer.cost if offer.cost else cost
    return {
        "id": key,
        "hotel_id": register.hotels["LVH"],
        "complaint_id": case.key,
        "offer_code": offer.code,
        "kind": OfferKind(offer.kind),
        "name_en": offer.name_en,
        "name_zh": offer.name_zh,
        "cost_minor": cost,
        "value_minor": worth,
        "points": 0,
        "currency": CURRENCY,
        "severity": Severity(case.severity),
        "needs_role": None,
        "words": None,
        "decided_at": None,
        "decided_by": None,
        "decided_words": None,
        "given_at": None,
        "given_by": None,
        "authority_id": None,
        "authority_on": None,
    }
