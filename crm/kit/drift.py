"""Where a database is not of the shape that its revision promises: a hand, a lost index."""

from typing import Any

from sqlalchemy import Connection

from crm.kit.metadata import all_tables
from migrations import append_only, search_objects


def differences(connection: Connection) -> list[str]:
    """What the database and this code do not share: ``add_index ix_job_open``, a trigger's name."""
    from alembic.autogenerate import compare_metadata  # eight megabytes: only where it is asked
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(
        connection,
        opts={"include_object": _is_ours, "compare_type": False, "compare_server_default": False},
    )
    found = [_name_of(step) for step in compare_metadata(context, all_tables())]
    return found + search_objects.missing(connection) + append_only.missing(connection)


def _is_ours(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    return not search_objects.is_search_object(name, kind)


def _name_of(step: Any) -> str:
    while isinstance(step, list):  # changes of a column come in a list
        step = step[0]
    plain = [part for part in step[1:] if isinstance(part, str)]
    named = [str(part.name) for part in step[1:] if getattr(part, "name", None)]
    return " ".join([str(step[0]), *plain[:2], *named[:1]])
