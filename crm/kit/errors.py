"""What can go wrong, in five kinds; the doors turn a kind into a status code or a sentence."""

from typing import Any


class CrmError(Exception):
    """Base of all errors that a person can do something about.

    ``code`` is stable and for machines; ``message`` is English and tells what to do next
    (doors translate it); ``details`` never hold a guest's values.
    """

    kind = "error"

    def __init__(self, message: str, code: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details


class NotFound(CrmError):
    """It does not exist, or it is outside one's reach: from outside these look the same."""

    kind = "not_found"


class NotAllowed(CrmError):
    """Signed in, but this role may not do it."""

    kind = "not_allowed"


class Conflict(CrmError):
    """Somebody else changed it meanwhile, or it exists already."""

    kind = "conflict"


class RuleBroken(CrmError):
    """A rule of the house forbids it in this state."""

    kind = "rule_broken"


class Invalid(CrmError):
    """The input makes no sense; ``details['pointer']`` names the field where it is known."""

    kind = "invalid"
