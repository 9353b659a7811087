"""The schema's history: one line of it, equal on both databases, and no row is lost on the way."""

import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from crm.kit import migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.metadata import all_tables
from tests import postgres, seeding


@pytest.fixture
def empty(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with nothing in it."""
    if backend == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.dispose()
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    database = Database(server.create("keshi_empty"))
    yield database
    database.dispose()
    server.drop("keshi_empty")


class Facts(NamedTuple):
    """What a database holds besides its columns."""

    rows: dict[str, int]
    indexes: set[tuple[Any, ...]]
    triggers: set[str]
    checks: set[tuple[str, str]]


def facts_of(connection: sa.Connection) -> Facts:
    look = sa.inspect(connection)
    tables = [name for name in look.get_table_names() if not name.startswith(seeding.NOT_OURS)]
    return Facts(
        rows={
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in tables
        },
        indexes={
            (name, index["name"], tuple(index["column_names"]), bool(index["unique"]))
            for name in tables
            for index in look.get_indexes(name)
        },
        triggers={
            str(name) for name in connection.execute(sa.text(_triggers(connection))).scalars()
        },
        checks={
            (name, str(check["name"]))
            for name in tables
            for check in look.get_check_constraints(name)
        },
    )


def _triggers(connection: sa.Connection) -> str:
    if connection.dialect.name == "sqlite":
        return "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"


def shape_of(connection: sa.Connection) -> dict[str, Any]:
    """Columns, keys, foreign keys, uniques and checks of every table, comparable."""
    look = sa.inspect(connection)
    dialect = connection.dialect
    shape: dict[str, Any] = {}
    for name in look.get_table_names():
        if name.startswith(seeding.NOT_OURS):
            continue
        shape[name] = {
            "columns": {
                column["name"]: (column["type"].compile(dialect), column["nullable"])
                for column in look.get_columns(name)
            },
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "foreign keys": sorted(
                (
                    key["name"],
                    key["constrained_columns"],
                    key["referred_table"],
                    key["options"].get("ondelete"),
                )
                for key in look.get_foreign_keys(name)
            ),
            "uniques": sorted(
                (unique["name"], unique["column_names"])
                for unique in look.get_unique_constraints(name)
            ),
            "checks": sorted(check["name"] for check in look.get_check_constraints(name)),
            "indexes": sorted(
                (index["name"], index["column_names"], bool(index["unique"]))
                for index in look.get_indexes(name)
                if not index.get("duplicates_constraint")
                and not index["name"].startswith("ix_guest_search_words")
                and not index["name"].endswith("_trigrams")
            ),
        }
    return shape


class TestHistory:
    def test_has_a_single_head(self) -> None:
        assert len(_scripts().get_heads()) == 1

    def test_files_are_named_by_date_and_words(self) -> None:
        for path in (migrating.HERE / "versions").glob("*.py"):
            if path.name != "__init__.py":
                assert re.fullmatch(r"\d{4}_\d\d_\d\d_[a-z0-9_]+\.py", path.name)

    def test_files_import_nothing_of_the_house_but_column_types(self) -> None:
        allowed = (
            "from crm.kit.dbtypes import ",
            "from migrations import search_objects",
            "from migrations import append_only",
        )
        for path in (migrating.HERE / "versions").glob("*.py"):
            for line in path.read_text().splitlines():
                if line.startswith(("from crm", "import crm", "from migrations", "from web")):
                    assert line.startswith(allowed), f"{path.name}: {line}"


class TestUpgradeFromNothing:
    def test_gives_exactly_the_tables_of_the_code(self, empty: Database) -> None:
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            migrated = shape_of(connection)
        assert set(migrated) == set(all_tables().tables)

    def test_alembic_finds_no_difference(self, empty: Database) -> None:
        migrating.upgrade(empty)
        migrating.check(empty)

    def test_types_lengths_and_constraints_equal_those_of_the_code(
        self, empty: Database, backend: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        migrating.upgrade(empty)
        with (
            _made_from_code(backend, tmp_path, request) as other,
            empty.engine.connect() as ours,
            other.engine.connect() as theirs,
        ):
            assert shape_of(ours) == shape_of(theirs)

    def test_every_constraint_has_a_name(self, empty: Database) -> None:
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            look = sa.inspect(connection)
            for name in all_tables().tables:
                named = [look.get_pk_constraint(name), *look.get_foreign_keys(name)]
                named += [*look.get_unique_constraints(name), *look.get_check_constraints(name)]
                assert all(constraint["name"] for constraint in named), name

    def test_second_upgrade_changes_nothing(self, empty: Database) -> None:
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            before = shape_of(connection), facts_of(connection)
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            assert (shape_of(connection), facts_of(connection)) == before

    def test_both_databases_have_the_same_names(
        self, new_database: Callable[[str], Database], request: pytest.FixtureRequest
    ) -> None:
        request.applymarker(pytest.mark.postgres)
        named = []
        for backend in ("sqlite", "postgres"):
            with new_database(backend).engine.connect() as connection:
                named.append(
                    {
                        table: {
                            part: facts if part in ("key", "checks") else [f[0] for f in facts]
                            for part, facts in parts.items()
                            if part != "columns"
                        }
                        for table, parts in shape_of(connection).items()
                    }
                )
        assert named[0] == named[1]


class TestNewestMigration:
    def test_goes_down_and_up_again(self, empty: Database) -> None:
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            before = shape_of(connection), facts_of(connection)
        newest = _scripts().get_revision("head")
        assert newest is not None
        migrating.downgrade(empty, str(newest.down_revision or "base"))
        assert migrating.revision_of(empty) == newest.down_revision
        migrating.upgrade(empty)
        with empty.engine.connect() as connection:
            assert (shape_of(connection), facts_of(connection)) == before


class TestRefusals:
    def test_database_of_a_newer_keshi_is_left_alone(self, database: Database) -> None:
        with database.writing() as db:
            db.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        for door in (migrating.upgrade, migrating.refuse_older):
            with pytest.raises(RuleBroken) as refusal:
                door(database)
            assert refusal.value.code == "database_newer"

    def test_doors_stay_shut_on_an_old_database(self, empty: Database) -> None:
        with pytest.raises(RuleBroken) as refusal:
            migrating.refuse_older(empty)
        assert refusal.value.code == "database_older"

    def test_doors_open_on_a_current_one(self, database: Database) -> None:
        migrating.refuse_older(database)


NEXT_BY_COLUMN = """
    op.add_column("guest", sa.Column("tried", sa.Integer(), nullable=True))
"""
NEXT_BY_COPY = """
    checks = [
        sa.CheckConstraint(
            "birth_month is null or birth_month between 1 and 12", name="ck_guest_birth_month"
        ),
        sa.CheckConstraint(
            "birth_day is null or birth_day between 1 and 31", name="ck_guest_birth_day"
        ),
    ]
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("guest", recreate=how, table_args=checks) as guest:
        guest.add_column(sa.Column("tried", sa.Integer(), nullable=True))
"""


REPLACED = {("stay", "ix_stay_guest_id_arrival_on", ("guest_id", "arrival_on"), False)}
"""Indexes that a step takes away because another of its own serves what they served."""


class TestUpgradeWithRows:
    """Every step after the first, and a made-up next one, runs over tables that hold rows."""

    @pytest.mark.parametrize("body", [NEXT_BY_COLUMN, NEXT_BY_COPY], ids=["column", "copy"])
    def test_keeps_children_indexes_triggers_and_checks(
        self, empty: Database, body: str, tmp_path: Path
    ) -> None:
        config = migrating.config_for(empty)
        _append(config, body, tmp_path)
        scripts = ScriptDirectory.from_config(config)
        steps = [script.revision for script in scripts.walk_revisions()][::-1]
        assert len(steps) >= 2
        _run(empty, config, steps[0])
        for step in steps[1:]:
            with empty.engine.begin() as connection:
                seeding.fill(connection, seeding.reflect(connection))
            with empty.engine.connect() as connection:
                before = facts_of(connection)
            assert set(before.rows.values()) == {3}
            _run(empty, config, step)
            with empty.engine.connect() as connection:
                after = facts_of(connection)
            lost = {
                name: (rows, after.rows.get(name))
                for name, rows in before.rows.items()
                if after.rows.get(name) != rows
            }
            assert not lost
            assert before.indexes - REPLACED <= after.indexes
            assert before.triggers <= after.triggers
            assert before.checks <= after.checks
        with empty.engine.connect() as connection:
            assert "tried" in {c["name"] for c in sa.inspect(connection).get_columns("guest")}

    def test_foreign_keys_are_off_in_sqlite_while_it_runs_and_on_after(
        self, new_database: Callable[[str], Database]
    ) -> None:
        database = new_database("sqlite")
        with database.for_migrations() as connection:
            during = connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
        with database.engine.connect() as connection:
            after = connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
        assert (during, after) == (0, 1)

    def test_migration_that_leaves_orphans_is_undone(
        self, new_database: Callable[[str], Database]
    ) -> None:
        database = new_database("sqlite")
        with database.engine.begin() as connection:
            seeding.fill(connection, seeding.reflect(connection))
        with pytest.raises(RuntimeError, match="orphans"), database.for_migrations() as connection:
            connection.exec_driver_sql("DELETE FROM hotel")
        with database.engine.connect() as connection:
            assert facts_of(connection).rows["hotel"] == 3


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(migrating.HERE))


def _append(config: Any, body: str, folder: Path) -> None:
    """Put a made-up next migration into ``folder``, behind the real ones."""
    head = _scripts().get_current_head()
    (folder / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "made_up"\ndown_revision = "{head}"\n\n'
        f"def upgrade() -> None:\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    )
    config.set_main_option("version_locations", f"{migrating.HERE / 'versions'}:{folder}")


def _run(database: Database, config: Any, to: str) -> None:
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


@contextmanager
def _made_from_code(
    backend: str, folder: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """A database made by ``create_all`` instead of by migrations."""
    if backend == "sqlite":
        other = Database(f"sqlite:///{folder / 'code.db'}")
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        other = Database(server.create("keshi_code"))
    with other.engine.begin() as connection:
        all_tables().create_all(connection)
    yield other
    other.dispose()
    if backend == "postgres":
        request.getfixturevalue("postgres_server").drop("keshi_code")
