"""What a check looks at: one database, the settings, and a reading session."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from crm.kit.db import Database
from crm.kit.settings import Settings
from crm.safekeeping.schemas import Finding
from crm.safekeeping.terms import Level

DAY = timedelta(days=1)


@dataclass(frozen=True)
class House:
    """``thorough`` for checks that read whole tables."""

    database: Database
    settings: Settings
    db: Session
    thorough: bool = True

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        path = self.database.url.database
        return Path(path) if self.database.is_sqlite and path else None

    def scalar(self, statement: str) -> object:
        return self.db.connection().exec_driver_sql(statement).scalar()


def fine(code: str) -> Finding:
    return Finding(code=code, level=Level.FINE)


def notice(code: str, **places: str | int) -> Finding:
    return Finding(code=code, level=Level.NOTICE, places=places)


def serious(code: str, **places: str | int) -> Finding:
    return Finding(code=code, level=Level.SERIOUS, places=places)
