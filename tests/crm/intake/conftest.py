"""An installation with one hotel, files written by hand, and a dump of every table."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from crm.intake import queries
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions, ImportSheet
from crm.intake.terms import ImportKind
from crm.kit.db import Database
from crm.kit.metadata import all_tables
from crm.staff.actor import system
from tests import factories

NOT_RESTORED = ("import_job", "audit", "job", "alembic_version")
"""The tables that undo leaves: imports are jobs, and the audit is for ever."""


class House:
    """One installation: ``house.run("guests", text)`` brings a file in."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.imports = Imports(database, folder)
        self.by = system("test")
        with database.writing() as db:
            self.hotel_id = factories.a_hotel(db, "HZ1")

    def receive(self, kind: str, content: str | bytes, **options: Any) -> UUID:
        raw = content.encode() if isinstance(content, str) else content
        told = ImportOptions(kind=ImportKind(kind), **options)
        return self.imports.receive(io.BytesIO(raw), "file.csv", told, by=self.by)

    def run(self, kind: str, content: str | bytes, **options: Any) -> ImportSheet:
        """Dry run and commit; the counts of both must agree."""
        import_id = self.receive(kind, content, **options)
        dry = self.sheet(import_id)
        self.imports.commit(import_id, by=self.by)
        done = self.sheet(import_id)
        assert sum(counts(dry).values()) == sum(counts(done).values()) == done.rows
        return done

    def sheet(self, import_id: UUID) -> ImportSheet:
        with self.database.reading() as db:
            return queries.import_sheet(db, import_id, by=self.by)

    def undo(self, import_id: UUID) -> int:
        return self.imports.undo(import_id, by=self.by).kept

    def rejects(self, import_id: UUID) -> list[list[str]]:
        with self.database.reading() as db:
            rows = queries.rejected_rows(db, import_id, self.imports.folder(import_id), by=self.by)
            return list(rows)

    def rows(self, table: str, order: str = "") -> list[dict[str, Any]]:
        found = all_tables().tables[table]
        with self.database.reading() as db:
            query = sa.select(found)
            if order:
                query = query.order_by(found.c[order])
            return [dict(row._mapping) for row in db.connection().execute(query)]

    def count(self, table: str) -> int:
        return len(self.rows(table))

    def dump(self, *, keys: bool = True) -> dict[str, list[str]]:
        """Every row of every table that undo restores; without ``keys`` what was made up goes."""
        dumped = {}
        for name, table in all_tables().tables.items():
            if name.startswith(NOT_RESTORED):
                continue
            with self.database.reading() as db:
                rows = db.connection().execute(sa.select(table)).mappings().all()
            dumped[name] = sorted(json.dumps(dict(r), default=str, sort_keys=True) for r in rows)
        return dumped if keys else {name: [str(len(rows))] for name, rows in dumped.items()}


def counts(sheet: ImportSheet) -> dict[str, int]:
    names = ("new", "matched", "unchanged", "unclear", "rejected")
    return {name: getattr(sheet, name) for name in names}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


@pytest.fixture
def counted_as() -> Callable[..., dict[str, int]]:
    """``counted_as(new=2)``: the five counts, zero where not named."""
    return lambda **named: (
        dict.fromkeys(("new", "matched", "unchanged", "unclear", "rejected"), 0) | named
    )
