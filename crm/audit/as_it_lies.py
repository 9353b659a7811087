"""Reads tables as they lie in the database: values as the driver gives them, page by page.

A forger may have put there what a column's type would not give back, an instant that is none or
text that is no text; reading must go on beyond it.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnClause, column, select, table
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from crm.audit.digests import Form

Columns = Sequence[ColumnClause[Any]]
_UNREADABLE = object()


def pages(
    db: Session, form: Form, name: str, by: Sequence[str], size: int, first: Any = None
) -> Iterator[list[dict[str, Any]]]:
    """All rows by ``by``, as the driver reads them; what it cannot read comes with its key only.

    ``first`` is the lowest of a single key.
    """
    columns: Columns = [column(each) for each in form.columns]
    key: Columns = [column(each) for each in by]
    after: tuple[Any, ...] | None = None
    while True:

        def part(what: Columns, after: tuple[Any, ...] | None = after) -> Any:
            query = select(*what).select_from(table(name)).order_by(*key).limit(size)
            if after is not None:
                return query.where(_beyond(key, after))
            return query if first is None else query.where(key[0] >= first)

        try:
            page = [dict(row) for row in db.connection().execute(part(columns)).mappings()]
        except DBAPIError:
            keys = db.connection().execute(part(key)).mappings().all()
            page = [_single(db, name, columns, each) for each in keys]
        if page:
            yield page
        if len(page) < size:
            return
        after = tuple(page[-1][each] for each in by)


def _beyond(key: Columns, after: tuple[Any, ...]) -> Any:
    if len(key) == 1:
        return key[0] > after[0]
    return (key[0] > after[0]) | ((key[0] == after[0]) & (key[1] > after[1]))


def _single(db: Session, name: str, columns: Columns, key: Any) -> dict[str, Any]:
    """One row of a page that cannot be read as a whole; unreadable values fit no digest."""
    here = [column(each) == value for each, value in key.items()]
    try:
        query = select(*columns).select_from(table(name)).where(*here)
        return dict(db.connection().execute(query).mappings().one())
    except DBAPIError:
        return {each.name: _UNREADABLE for each in columns} | dict(key)


def one_value(db: Session, name: str, of: str) -> Any:
    """Some value of a column, to see how this database keeps it; None in an empty table."""
    found: ColumnClause[Any] = column(of)
    return db.connection().scalar(select(found).select_from(table(name)).limit(1))


def id_bytes(stored: Any) -> bytes:
    """An id for comparing: whatever a forger put there sorts before or beside the genuine."""
    if isinstance(stored, UUID):
        return stored.bytes
    return stored if isinstance(stored, bytes) else b""
