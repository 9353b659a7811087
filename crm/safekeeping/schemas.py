"""What a backup says of itself, and how backups and findings are shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from crm.kit.schema import Out
from crm.safekeeping.terms import Level, Trigger

FORMAT = 1


class TableFacts(Out):
    """One table: its columns in the order of the rows, how many, and their SHA-256."""

    columns: list[str]
    rows: int = Field(ge=0)
    sha256: str


class FileFacts(Out):
    size: int = Field(ge=0)
    sha256: str


class Manifest(Out):
    """What a backup holds. It lies inside the file, protected like the rest."""

    format: int
    made_at: datetime
    version: str
    revision: str
    database: str
    tables: dict[str, TableFacts]
    files: dict[str, FileFacts]
    seal: str | None

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


class BackupRunRow(Out):
    """One backup as it is listed."""

    id: UUID
    started_at: datetime
    finished_at: datetime | None
    trigger: Trigger
    file_name: str | None
    size_bytes: int | None
    rows: int | None
    files: int | None
    backup_ms: int | None
    drill_ms: int | None
    verified: bool
    error_code: str | None


class Finding(Out):
    """One thing that was looked at; the doors have its words. ``places`` fill their gaps."""

    code: str
    level: Level
    places: dict[str, str | int] = Field(default_factory=dict)
