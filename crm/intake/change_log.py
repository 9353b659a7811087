"""Keeps what an import wrote, numbered, so that undo can go back from the last to the first.

Changes are kept in blocks: a row of the log stands for many neighbours of one table. New things
that are alike (the same table, the same number of rows on each) share one document and differ by
their ids only; other rows keep their keys and their pictures one by one.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from crm.intake.entities import is_thing
from crm.intake.tables import ImportJobChange
from crm.kit.db import chunks
from crm.kit.images import Change
from crm.kit.pouring import pour
from crm.kit.rows import cols

BLOCK = 500
"""So many changes a row of the log at most; an undo takes whole blocks."""

_IDS, _ROWS = "ids", "rows"


def keep(db: Session, import_id: UUID, last_no: int, changes: Sequence[Change]) -> int:
    """Append changes; answers the number of the last one."""
    rows = []
    for block in _blocks(changes):
        last_no += block["things"]
        rows.append({"import_id": import_id, "no": last_no, **block})
    pour(db, ImportJobChange, rows)
    return last_no


def _blocks(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    """Neighbours of one table as rows of the log, in their order."""
    for (table, things), run in groupby(changes, key=lambda c: (c.table, is_thing(c))):
        if things:
            yield from _alike(table, run)
            continue
        for part in chunks([[c.key, c.before, c.after] for c in run], BLOCK):
            yield _block(table, {_ROWS: part}, None, len(part))


def _alike(table: str, run: Iterator[Change]) -> Iterator[dict[str, Any]]:
    """New things of one table by their documents; which of them comes first says nothing."""
    groups: dict[str, tuple[Any, list[Any]]] = {}
    for change in run:
        same = json.dumps(change.after, sort_keys=True)
        groups.setdefault(same, (change.after, []))[1].append(change.key["id"])
    for after, ids in groups.values():
        for part in chunks(ids, BLOCK):
            yield _block(table, {_IDS: part}, after, len(part))


def _block(table: str, key: dict[str, Any], after: Any, things: int) -> dict[str, Any]:
    return {"table_name": table, "row_key": key, "before": None, "after": after, "things": things}


def latest(db: Session, import_id: UUID, limit: int) -> tuple[list[int], list[Change]]:
    """The last blocks that are still kept, as many as reach ``limit`` changes.

    Answers the numbers of their rows, and their changes, the last one first.
    """
    numbers = _numbers(db, import_id, limit)
    if not numbers:
        return [], []
    rows = db.connection().execute(
        select(
            *cols(
                ImportJobChange.table_name,
                ImportJobChange.row_key,
                ImportJobChange.before,
                ImportJobChange.after,
            )
        )
        .where(col(ImportJobChange.import_id) == import_id, col(ImportJobChange.no) >= numbers[-1])
        .order_by(col(ImportJobChange.no).desc())
    )
    return numbers, [change for row in rows for change in reversed(_changes(row))]


def _numbers(db: Session, import_id: UUID, limit: int) -> list[int]:
    found = db.connection().execute(
        select(*cols(ImportJobChange.no, ImportJobChange.things))
        .where(col(ImportJobChange.import_id) == import_id)
        .order_by(col(ImportJobChange.no).desc())
        .limit(limit)
    )
    numbers, things = [], 0
    for row in found:
        if things >= limit:
            break
        things += row.things
        numbers.append(row.no)
    return numbers


def _changes(row: Any) -> list[Change]:
    """What a row of the log stands for; one of an older release stands for itself."""
    key = row.row_key
    if key.keys() == {_IDS}:
        return [Change(row.table_name, {"id": one}, None, row.after) for one in key[_IDS]]
    if key.keys() == {_ROWS}:
        return [Change(row.table_name, *one) for one in key[_ROWS]]
    return [Change(row.table_name, key, row.before, row.after)]


def forget(db: Session, import_id: UUID, numbers: Sequence[int]) -> None:
    """The blocks with these numbers were taken back."""
    for part in chunks(numbers, 400):
        db.connection().execute(
            delete(ImportJobChange).where(
                col(ImportJobChange.import_id) == import_id, col(ImportJobChange.no).in_(part)
            )
        )
