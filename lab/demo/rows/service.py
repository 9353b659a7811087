"""Rows of what service and loyalty wrote down: notes, cases, memberships."""

from collections.abc import Iterator

from crm.loyalty.terms import MembershipState
from crm.notes.terms import NoteKind, NoteLevel
from lab.demo.dressing import World
from lab.demo.house import CURRENCY
from lab.demo.rows.register import Register, Row


def note_rows(world: World, register: Register) -> Iterator[Row]:
    for note in world.notes:
        yield {
            "id": note.key,
            "guest_id": note.guest,
            "hotel_id": register.hotels["LVH"],
            "level": NoteLevel(note.level),
            "kind": NoteKind(note.kind),
            "department": note.department,
            "words": note.words,
            "needs_review": False,
            "noted_at": note.at,
            "noted_by": register.staff[note.by],
            "expires_on": None,
            "version": 1,
        }


def reader_rows(world: World, register: Register) -> Iterator[Row]:
    for note in world.notes:
        for login in note.readers:
            yield {"note_id": note.key, "staff_id": register.staff[login]}


def complaint_rows(world: World, register: Register) -> Iterator[Row]:
    for case in world.cases:
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
            "cause": case.cause,
            "severity": case.severity,
            "headline": case.headline,
            "words": case.words,
            "department": case.department,
            "is_sensitive": False,
            "status": case.status,
            "owner_id": register.colleague(case.owner),
            "opened_at": case.opened_at,
            "opened_by": register.staff[case.opened_by],
            "due_at": case.due_at,
            "closed_at": case.closed_at,
            "satisfaction": case.satisfaction,
            "given": case.given or None,
            "cost_minor": case.cost,
            "currency": CURRENCY,
            "next_stay_check": case.check or None,
            "version": 1,
        }


def step_rows(world: World, register: Register) -> Iterator[Row]:
    for case in world.cases:
        for no, step in enumerate(case.steps, 1):
            yield {
                "complaint_id": case.key,
                "no": no,
                "at": step.at,
                "by_id": register.staff[step.by],
                "status_after": step.status,
                "words": step.words,
            }


def membership_rows(world: World) -> Iterator[Row]:
    for card in world.cards:
        yield {
            "id": card.key,
            "guest_id": card.guest,
            "number": card.number,
            "state": MembershipState.ACTIVE,
            "joined_on": card.joined_on,
            "tier": card.tier,
            "tier_until": card.until,
            "points": card.points,
            "referred_by_id": card.referred_by,
            "version": 1,
        }


def tier_rows(world: World) -> Iterator[Row]:
    for card in world.cards:
        for no, step in enumerate(card.steps, 1):
            yield {
                "membership_id": card.key,
                "no": no,
                "at": step.at,
                "tier_before": step.before,
                "tier": step.tier,
                "until": step.until,
                "why": step.why,
            }


def point_rows(world: World) -> Iterator[Row]:
    for card in world.cards:
        for no, entry in enumerate(card.entries, 1):
            yield {
                "membership_id": card.key,
                "no": no,
                "at": entry.at,
                "kind": entry.kind,
                "points": entry.points,
                "source": entry.source,
                "source_id": entry.source_id,
                "words": entry.words,
                "expires_on": entry.expires_on,
            }
