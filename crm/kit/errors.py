"""What can go wrong, in five kinds; the doors turn a kind into a status code or a sentence."""

from typing import Any


def mark(sentence: str) -> str:
    """Show a sentence to the translators where it does not stand in the raising of its error."""
    return sentence


class CrmError(Exception):
    """Base of all errors that a person can do something about.

    ``code`` is stable and for machines. ``template`` is English, tells what to do next, and
    is translated by the doors before its ``%(name)s`` places are filled from ``details``,
    which never hold a guest's values.
    """

    kind = "error"

    def __init__(self, template: str, code: str, **details: Any) -> None:
        super().__init__(template)
        self.template = template
        self.code = code
        self.details = details

    @property
    def message(self) -> str:
        """The whole sentence in English."""
        return self.in_words(self.template)

    def in_words(self, template: str) -> str:
        """``template``, a translation of the own one, with its places filled."""
        return template % self.details if "%(" in template else template

    def __str__(self) -> str:
        return self.message


class NotFound(CrmError):
    """It does not exist, or it is outside one's reach: from outside these look the same."""

    kind = "not_found"


class NotAllowed(CrmError):
    """Signed in, but this role may not do it."""

    kind = "not_allowed"


class Conflict(CrmError):
    """Somebody else changed it meanwhile, or it exists already."""

    kind = "conflict"


class ChangedMeanwhile(Conflict):
    """The version that the writer has seen is no longer the newest."""


class RuleBroken(CrmError):
    """A rule of the house forbids it in this state."""

    kind = "rule_broken"


class Invalid(CrmError):
    """The input makes no sense; ``details['pointer']`` names the field where it is known."""

    kind = "invalid"
