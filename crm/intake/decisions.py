"""What is decided about one row, and what a batch of rows may lean on while deciding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Session

from crm.hotels.schemas import HotelOpen
from crm.intake.faults import Fault
from crm.intake.mapping import Reading, Values
from crm.intake.matching import Person
from crm.intake.reading import SourceRow
from crm.intake.seen import Seen
from crm.intake.terms import ColumnRule, ImportKind, LineOutcome
from crm.kit.images import Change


class RowReading(Protocol):
    """Anything that reads a row of a file into fields: a mapping or a preset."""

    rules: dict[str, ColumnRule]

    def read(self, row: SourceRow) -> Reading: ...

    def column_of(self, name: str) -> str: ...


@dataclass(slots=True)
class Parsed:
    """A row with its values, or with the faults that keep it out."""

    row: SourceRow
    values: Values
    faults: list[Fault]
    forced: "Forced | None" = None
    said: Any = None
    person: Person | None = None
    """What the row says of a person, and that person for matching, once worked out."""


@dataclass(frozen=True, slots=True)
class Forced:
    """A person's decision in the review: this guest, or (None) a new one."""

    guest_id: UUID | None


@dataclass(slots=True)
class Decision:
    """What becomes of one row. ``act`` is what `apply` of the row's kind needs to know."""

    line: int
    outcome: LineOutcome
    target_id: UUID | None = None
    faults: list[Fault] = field(default_factory=list)
    reason: str | None = None
    candidates: tuple[UUID, ...] = ()
    act: Any = None
    parsed: Parsed | None = None


def rejected(parsed: Parsed, *faults: Fault) -> Decision:
    return Decision(parsed.row.line, LineOutcome.REJECTED, faults=[*parsed.faults, *faults])


@dataclass(frozen=True, slots=True)
class HotelFacts:
    """One hotel that rows may belong to."""

    id: UUID
    code: str
    business_on: date
    currency: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class Ground:
    """What a batch stands on, the same for every row of an import."""

    kind: ImportKind
    system: str
    today: date
    currency: str
    country: str
    rules: Mapping[str, ColumnRule]
    hotels: Mapping[str, HotelFacts]
    """By code and by name, casefolded."""
    hotel: HotelFacts | None = None
    """The hotel of rows that name none."""
    every_row: bool = False
    """Whether ``hotel`` goes before what a row says (a file of another group's hotels)."""
    openable: Mapping[str, HotelOpen] = field(default_factory=dict)
    """Hotels that this import may open, by casefolded code."""
    by_id: UUID | None = None
    column_of: Callable[[str], str] = str

    def fault(self, name: str, code: str) -> Fault:
        """A fault named by the file's own column."""
        return Fault(self.column_of(name), code)

    def rule(self, name: str) -> ColumnRule:
        return self.rules.get(name, ColumnRule.IF_BLANK)


class FileMemory:
    """What stood above in the file, for the dry run, which has no database to ask for it."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}

    def times(self, kind: str, key: str) -> int:
        """How often this key of this kind stood above; remembers it."""
        if kind not in self._seen:
            self._seen[kind] = Seen()
        return self._seen[kind].count(hash(key) & _EIGHT_BYTES)


_EIGHT_BYTES = (1 << 64) - 1
"""Python's own hash of a text is as good as any inside one process, and costs nothing."""


class KindImport(Protocol):
    """The import of one kind: decides about rows, then writes what was decided."""

    def decide(
        self, db: Session, rows: Sequence[Parsed], memory: FileMemory | None
    ) -> list[Decision]:
        """Decisions for the rows, in order; may stop early where a row leans on one before it."""
        ...

    def apply(self, db: Session, decisions: Sequence[Decision]) -> list[Change]:
        """Write them; answers every row that was written, in order."""
        ...

    def key_of(self, parsed: Parsed) -> str | None:
        """What must not occur twice in a file: the row's id in its own system."""
        ...
