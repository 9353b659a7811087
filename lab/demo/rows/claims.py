"""Rows of what is known of guests: claims as their sightings say, and the sightings."""

from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session

from crm.preferences import cautions, finding, rules
from crm.preferences.terms import ObservationState, PreferenceStatus, ReviewPolicy, Scope
from lab.demo.dressing import World
from lab.demo.noticed import CENTRE, Sighting, Stand, stands
from lab.demo.rows.register import Register, Row
from lab.demo.wishes import Wish


def preference_rows(world: World, register: Register) -> Iterator[Row]:
    """The claims. One that another has taken the place of comes after it."""
    how = stands(world.wishes, world.sightings, world.today)
    rows = [_claim(wish, how.get(wish.key), how, register) for wish in world.wishes]
    yield from sorted(rows, key=lambda row: row["retired_for_id"] is not None)


def _claim(wish: Wish, stand: Stand | None, how: dict[UUID, Stand], register: Register) -> Row:
    row: Row = {
        "id": wish.key,
        "guest_id": wish.guest,
        "code": wish.code,
        "value": wish.value or None,
        "words": wish.words or None,
        "status": wish.status,
        "source": wish.source,
        "scope": wish.scope,
        "hotel_id": None,
        "stay_id": None,
        "evidence": wish.evidence,
        "noted_at": wish.noted_at,
        "noted_by": register.staff[wish.by],
        "noted_department": wish.department,
        "confirmed_at": wish.confirmed_at,
        "review_on": None,
        "last_seen_at": None,
        "retired_at": None,
        "retired_why": None,
        "retired_for_id": None,
        "carried": 0,
        "version": 1,
    }
    if stand is None:
        return row
    standing = stand.standing
    row |= {
        "value": standing.value,
        "words": stand.words or None,
        "status": standing.status,
        "source": standing.source,
        "evidence": max(1, standing.evidence),
        "noted_at": stand.first.at,
        "noted_by": register.staff[stand.first.by],
        "noted_department": stand.first.department,
        "confirmed_at": standing.confirmed_at,
        "review_on": standing.review_on,
        "last_seen_at": standing.last_seen_at,
        "retired_at": standing.retired_at,
        "retired_why": standing.retired_why,
    }
    if stand.gone_for is not None:
        row |= {
            "status": PreferenceStatus.RETIRED,
            "retired_at": how[stand.gone_for].standing.last_seen_at,
            "retired_why": "contradicted",
            "retired_for_id": stand.gone_for,
        }
    return row


def observation_rows(db: Session, world: World, register: Register) -> Iterator[Row]:
    """The sightings; what free words may mean is what the product finds in them."""
    meant: dict[str, list[str]] = {}
    for seen in world.sightings:
        if seen.words and not seen.code and seen.words not in meant:
            meant[seen.words] = finding.codes_meant(db, seen.words, register.hotels["LVH"])
        free = seen.policy is ReviewPolicy.BEFORE_ANYONE
        yield _observation(seen, meant.get(seen.words, []) if free else [], register)


def _observation(seen: Sighting, suggested: list[str], register: Register) -> Row:
    reviewed = seen.policy is not ReviewPolicy.STRAIGHT_IN
    return {
        "id": seen.key,
        "guest_id": seen.guest,
        "hotel_id": register.hotels[seen.hotel],
        "stay_id": seen.stay,
        "room_no": seen.room or None,
        "code": seen.code or None,
        "value": seen.value or None,
        "words": seen.words or None,
        "source": seen.source,
        "scope": Scope.ALWAYS,
        "observed_at": seen.at,
        "entered_at": seen.at,
        "noted_by": register.staff[seen.by],
        "noted_department": seen.department,
        "policy": seen.policy,
        "state": seen.state,
        "due_at": seen.at + rules.REVIEWED_WITHIN if reviewed else None,
        "suggested": suggested,
        "cautions": [each.value for each in cautions.cautions_in(seen.words)],
        "reviewed_at": seen.reviewed_at,
        "reviewed_by": register.staff[CENTRE] if seen.reviewed_at else None,
        "reject_reason": seen.reason,
        "reply": seen.reply or None,
        "preference_id": seen.wish,
        "used_at": seen.used_at,
        "seen_by_noter_at": seen.heard_at,
        "version": 2 if seen.state in (ObservationState.ACCEPTED, ObservationState.REJECTED) else 1,
    }
