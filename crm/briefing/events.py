"""News of the briefing: that a day's pages and packs are there. No guest is named."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class BriefingMade(Event):
    kind: ClassVar[str] = "briefing.made"
    day: date
    editions: int


@dataclass(frozen=True, kw_only=True)
class PackMade(Event):
    kind: ClassVar[str] = "briefing.pack_made"
    people: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class PapersSet(Event):
    kind: ClassVar[str] = "briefing.papers_set"
    fields: str
