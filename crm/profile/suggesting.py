"""What the card proposes to ask: wishes seen but never said, and what the records show."""

from collections.abc import Iterable, Sequence

from crm.preferences.terms import PreferenceStatus
from crm.profile.rules import Claim, is_wish
from crm.profile.schemas import Phrase, Suggestion
from crm.sensing.schemas import HabitRow

SHOWN = 3
"""As many as have a key of their own."""
_SEEN = (PreferenceStatus.SEEN_ONCE, PreferenceStatus.SEEN_TWICE)


def suggestions(claims: Iterable[Claim], habits: Sequence[HabitRow]) -> list[Suggestion]:
    """Three of both: what colleagues saw first, with one place kept for what the records show."""
    seen, sensed = to_confirm(claims), [_of_habit(habit) for habit in habits]
    places = SHOWN - min(1, len(sensed))
    return [*seen[:places], *sensed, *seen[places:]][:SHOWN]


def to_confirm(claims: Iterable[Claim]) -> list[Suggestion]:
    """Wishes that were seen and never said, the better known first: worth a question.

    Only those whose code the reader may name; nobody asks about what they only act upon.
    """
    seen = [
        claim
        for claim in claims
        if claim.status in _SEEN and claim.named_code is not None and is_wish(claim)
    ]
    return [
        Suggestion(
            kind="claim",
            id=claim.id,
            version=claim.version,
            text=claim.text,
            why=Phrase(code=f"suggest.{claim.status.value}"),
        )
        for claim in sorted(seen, key=lambda claim: -claim.evidence)
        if claim.id is not None
    ]


def _of_habit(habit: HabitRow) -> Suggestion:
    return Suggestion(
        kind="habit",
        id=habit.id,
        version=habit.version,
        text=habit.text,
        why=Phrase(code=habit.evidence.code, values=dict(habit.evidence.values)),
        times=Phrase(code="suggest.times", values={"cases": habit.cases, "out_of": habit.out_of}),
    )
