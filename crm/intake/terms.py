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


class ColumnRule(StrEnum):
    """What a column may do to a value that is there already."""

    OVERWRITE = "overwrite"
    IF_BLANK = "if_blank"
    NEVER = "never"


FILE_MAX = 512 * 1024 * 1024
ROWS_MAX = 5_000_000
UNDO_DAYS = 30
BATCH_ROWS = 1000
PRESET_NAME_MAX = 60
FILE_NAME_MAX = 200
SYSTEM_MAX = 40
EXTERNAL_ID_MAX = 120
