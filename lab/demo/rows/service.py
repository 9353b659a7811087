"""Rows of what service and loyalty wrote down: notes and memberships."""

from collections.abc import Iterator

from crm.loyalty.terms import MembershipState
from crm.notes.terms import NoteKind, NoteLevel
from lab.demo.dressing import World
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
