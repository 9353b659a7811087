"""What the card proposes to ask: wishes seen but never said, and what the records show."""

from collections.abc import Iterable

from crm.preferences.terms import PreferenceStatus
from crm.profile.rules import Claim, is_wish
from crm.profile.schemas import Phrase, Suggestion

SHOWN = 3
"""As many as have a key of their own."""


def to_confirm(claims: Iterable[Claim]) -> list[Suggestion]:
    """Wishes that were seen and never said, the better known first: worth a question.

    Only those whose code the reader may name; nobody asks about what they only act upon.
    """
    seen = [
        claim
        for claim in claims
        if claim.status in (PreferenceStatus.SEEN_ONCE, PreferenceStatus.SEEN_TWICE)
        and claim.id is not None
        and claim.named_code is not None
        and is_wish(claim)
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
