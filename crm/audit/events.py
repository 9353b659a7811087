"""News of the audit. It names nobody: many may hear it, few may know whom it is about."""

from dataclasses import dataclass
from typing import ClassVar

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class UnusualViewingFound(Event):
    """A manager should look into something; which and whose is on the page of unusual viewing."""

    kind: ClassVar[str] = "audit.unusual_viewing_found"


@dataclass(frozen=True, kw_only=True)
class UnusualViewingLookedInto(Event):
    """A manager has looked into one."""

    kind: ClassVar[str] = "audit.unusual_viewing_looked_into"
