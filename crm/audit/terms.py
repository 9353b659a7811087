"""Words of the audit: what kinds of deed are kept, how they are sealed, what is unusual."""

from enum import StrEnum

PURPOSE_MIN = 4
PURPOSE_MAX = 300


class ActorKind(StrEnum):
    """Who can do something here."""

    STAFF = "staff"
    KEY = "key"
    SYSTEM = "system"


class Deed(StrEnum):
    """What somebody did; the audit names it with the fields touched, never with values."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOOKED_UP = "looked_up"
    VIEWED = "viewed"
    LISTED = "listed"
    REVEALED = "revealed"
    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    IMPORTED = "imported"
    UNDONE = "undone"
    EXPORTED = "exported"
    PRINTED = "printed"
    GRANTED = "granted"
    REVOKED = "revoked"
    RESTORED = "restored"
    RELEASED = "released"


class SealKind(StrEnum):
    """What a seal closes: rows with their own digest, or those from before there was one."""

    ROWS = "rows"
    ADOPTED = "adopted"


class Fault(StrEnum):
    """How the audit can differ from what was sealed."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    MOVED = "moved"
    LATE = "late"
    FORGED = "forged"
    CUT = "cut"
    OTHER_SECRET = "other_secret"  # noqa: S105 - a word, no secret


class Unusual(StrEnum):
    """What in a day of somebody's viewing a manager should look into."""

    VOLUME = "volume"
    MANY_FILES = "many_files"
    MANY_REVEALS = "many_reveals"
    STRANGERS = "strangers"
    MARKED_GUESTS = "marked_guests"
    ODD_HOURS = "odd_hours"
    UNOPENED = "unopened"
    ONE_GUEST = "one_guest"
