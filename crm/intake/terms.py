"""Words about what comes in from outside."""

from enum import StrEnum


class ImportKind(StrEnum):
    GUESTS = "guests"
    STAYS = "stays"
    FOLIO = "folio"
    POINTS = "points"


class ImportState(StrEnum):
    """Where an import stands; ``committing`` can be resumed at any batch."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class LineOutcome(StrEnum):
    """What becomes of a row; the five counts add up to the rows of the file."""

    NEW = "new"
    MATCHED = "matched"
    UNCHANGED = "unchanged"
    UNCLEAR = "unclear"
    REJECTED = "rejected"


class ReviewState(StrEnum):
    OPEN = "open"
    MATCHED = "matched"
    CREATED = "created"
    REJECTED = "rejected"


class MessageState(StrEnum):
    RECEIVED = "received"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    PARKED = "parked"
