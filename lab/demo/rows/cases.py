"""Rows of cases: what was said and done, what prevents it, and what is asked at the next stay."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid5

from crm.complaints.promises import SHIPPED
from crm.complaints.terms import Severity, StepKind
from crm.notes.terms import TraceOrigin, TraceState
from lab.demo.bookings import at_hotel
from lab.demo.cases import Case
from lab.demo.dressing import World
from lab.demo.house import CURRENCY
from lab.demo.rows.register import Register, Row
from lab.demo.stays import DemoStay

LOOKED_BACK_AFTER = timedelta(days=30)
PREVENTED = {
    "air_conditioner": "Fans of the floor are looked at every quarter.",
    "neighbours": "Security walks the floors at 23:00 and at 1:00.",
    "works": "Works are told to guests the day before, none before 10:00.",
    "bathroom": "The supervisor looks at each bathroom before arrival.",
    "linen": "Linen is looked at in daylight before it is laid.",
    "smell": "Smoke sensors on the floors without smoking.",
    "waiting": "A third counter opens when five wait.",
    "attitude": "Talked with the colleague; bills are explained at the table.",
    "forgotten": "Cots are a task of the day before.",
    "wake_up": "The night manager ticks each wake-up call.",
    "wrong_amount": "The minibar is posted by scan only.",
    "fapiao": "Titles are read back to the guest.",
    "quality": "Trays go in heated trolleys.",
    "allergy": "Allergies stand on the kitchen ticket in red.",
    "lift": "Lifts are serviced after 11:00.",
    "wifi": "Two more access points on the floor.",
    "door": "Locks are tried at each cleaning.",
}


def complaint_rows(world: World, register: Register) -> Iterator[Row]:
    for case in world.cases:
        promised = SHIPPED[Severity(case.severity)]
        yield {
            "id": case.key,
            "hotel_id": register.hotels["LVH"],
            "number": case.number,
            "kind": case.kind,
            "source": case.source,
            "guest_id": case.guest,
            "stay_id": case.stay,
            "room_no": case.room or None,
            "category": case.category,
            "cause": case.cause or None,
            "severity": case.severity,
            "headline": case.headline,
            "words": case.words,
            "department": case.department,
            "is_sensitive": case.is_sensitive,
            "place": case.place or None,
            "visitor_name": case.visitor_name or None,
            "visitor_contact": case.visitor_contact or None,
            "status": case.status,
            "owner_id": register.colleague(case.owner),
            "opened_at": case.opened_at,
            "opened_by": register.staff[case.opened_by],
            "first_reply_due_at": case.opened_at + timedelta(minutes=promised.first_reply_minutes),
            "first_replied_at": case.at_stage("investigating"),
            "due_at": case.due_at,
            "solved_at": case.at_stage("told_guest"),
            "closed_at": case.closed_at,
            "satisfaction": case.satisfaction,
            "given": case.given or None,
            "cost_minor": case.cost,
            "currency": CURRENCY,
            "next_stay_check": case.check or None,
            "reach_tries": 0,
            "reopened": 0,
            "version": len(case.steps),
        }


def step_rows(world: World, register: Register) -> Iterator[Row]:
    for case in world.cases:
        for no, step in enumerate(case.steps, 1):
            yield {
                "complaint_id": case.key,
                "no": no,
                "at": step.at,
                "by_id": register.staff[step.by],
                "kind": StepKind.TAKEN if no == 1 else StepKind.MOVED,
                "status_after": step.status,
                "words": step.words,
            }


def prevention_rows(world: World, register: Register) -> Iterator[Row]:
    """One of each closed case; looked back at a month later where that day has come."""
    for case in world.cases:
        if case.closed_at is None or case.cause not in PREVENTED:
            continue
        back = case.closed_at + LOOKED_BACK_AFTER
        is_checked = back < world.now - timedelta(days=7)
        yield {
            "id": uuid5(case.key, "prevention"),
            "hotel_id": register.hotels["LVH"],
            "complaint_id": case.key,
            "category": case.category,
            "cause": case.cause,
            "words": PREVENTED[case.cause],
            "owner_id": register.staff[case.owner],
            "check_back_on": back.date(),
            "made_at": case.closed_at,
            "made_by": register.staff[case.owner],
            "checked_at": back if is_checked else None,
            "checked_by": register.staff["gm"] if is_checked else None,
            "checked_words": "Looked at the cases since." if is_checked else None,
            "helped": case.number % 5 != 0 if is_checked else None,
            "version": 1 + is_checked,
        }


def check_rows(world: World, register: Register) -> Iterator[Row]:
    """What closed cases ask of the next stay; done where there was one."""
    after: dict[UUID | None, list[DemoStay]] = {}
    for stay in world.stays:
        if stay.status in ("in_house", "checked_out") and stay.hotel == "LVH":
            after.setdefault(stay.guest, []).append(stay)
    for case in world.cases:
        if case.closed_at is None or case.guest is None or not case.check:
            continue
        again = _next_stay(case, after.get(case.guest, []))
        yield {
            "complaint_id": case.key,
            "guest_id": case.guest,
            "hotel_id": register.hotels["LVH"],
            "words": case.check,
            "made_at": case.closed_at,
            "stay_id": again.key if again else None,
            "done_at": min(world.now, at_hotel(again.arrival, 16)) if again else None,
            "done_by": register.staff["desk"] if again else None,
        }


def _next_stay(case: Case, stays: list[DemoStay]) -> DemoStay | None:
    closed_on = case.closed_at.date() if case.closed_at else None
    later = [stay for stay in stays if closed_on and stay.arrival > closed_on]
    return min(later, key=lambda stay: stay.arrival, default=None)


def task_rows(world: World, register: Register) -> Iterator[Row]:
    """What the department of a case that is being looked into has to do."""
    for case in world.cases:
        if case.status not in ("investigating", "recovering"):
            continue
        at = case.steps[-1].at
        yield {
            "id": uuid5(case.key, "task"),
            "hotel_id": register.hotels["LVH"],
            "guest_id": case.guest,
            "stay_id": case.stay,
            "room_no": case.room or None,
            "department": case.department,
            "words": f"Find out and put right: {case.headline}",
            "due_at": world.now + timedelta(minutes=45),
            "is_promise": False,
            "origin": TraceOrigin.COMPLAINT,
            "origin_id": case.key,
            "put_at": at,
            "put_by": register.staff[case.owner],
            "put_department": "FO",
            "state": TraceState.OPEN,
            "escalation": 0,
            "version": 1,
        }
