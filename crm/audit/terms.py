"""Words of the audit: what kinds of deed are kept."""

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
