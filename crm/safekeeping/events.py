"""News of safekeeping."""

from dataclasses import dataclass
from typing import ClassVar

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class BackupFailed(Event):
    """A scheduled backup or its drill went wrong; ``code`` says how."""

    kind: ClassVar[str] = "backup.failed"
    code: str
