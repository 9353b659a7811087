"""House rules that no general linter knows, each with the reason in its message."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from crm.kit.metadata import all_tables

ROOT = Path(__file__).parents[2]
PACKAGES = ("crm", "segmentation", "campaigns", "web", "lab", "migrations")
MAY_COMMIT = {"crm/kit/db.py"}
MAY_KNOW_THE_DIALECT = {
    "crm/kit/db.py",
    "crm/kit/dbtypes.py",
    "crm/kit/pouring.py",
    "crm/profile/search.py",
    "crm/safekeeping/canonical.py",
    "crm/safekeeping/loading.py",
    "migrations/search_objects.py",
    "migrations/append_only.py",
}
MAY_READ_THE_CLOCK = {"crm/kit/clock.py"}
CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}


def sources(*packages: str) -> list[Path]:
    return [path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py")]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted words of what is called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, _dotted(node.func)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return "?"


def violations_of_commit(path: Path) -> list[str]:
    return [
        f"{named(path)}:{call.lineno}"
        for call, name in calls(path)
        if name.endswith((".commit", ".rollback"))
        and not call.args
        and named(path) not in MAY_COMMIT
    ]


def violations_of_dialect(path: Path) -> list[str]:
    if named(path) in MAY_KNOW_THE_DIALECT or named(path).startswith("migrations/versions/"):
        return []
    return [
        f"{named(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and _dotted(node).endswith("dialect.name")
    ]


def violations_of_clock(path: Path) -> list[str]:
    if named(path) in MAY_READ_THE_CLOCK:
        return []
    return [f"{named(path)}:{call.lineno}" for call, name in calls(path) if name in CLOCK_CALLS]


class TestOneHome:
    def test_only_one_place_commits(self) -> None:
        found = [line for path in sources() for line in violations_of_commit(path)]
        assert not found, f"services never commit, one request is one transaction: {found}"

    def test_only_a_few_places_know_the_dialect(self) -> None:
        found = [line for path in sources() for line in violations_of_dialect(path)]
        assert not found, f"write plain SQLAlchemy, or move the branch to its home: {found}"

    def test_only_one_clock(self) -> None:
        found = [line for path in sources() for line in violations_of_clock(path)]
        assert not found, f"ask crm.kit.clock: {found}"

    def test_rules_find_what_they_look_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
        bad = tmp_path / "bad.py"
        bad.write_text(
            "def f(db, engine):\n    db.commit()\n    print(engine.dialect.name)\n"
            "    return datetime.now(UTC)\n"
        )
        assert violations_of_commit(bad) == ["bad.py:2"]
        assert violations_of_dialect(bad) == ["bad.py:3"]
        assert violations_of_clock(bad) == ["bad.py:4"]


class TestOwnTables:
    """Only the owning slice writes its tables: add, insert, update, delete."""

    def test_nobody_writes_into_another_slice(self) -> None:
        owners = _owners()
        found = [
            f"{named(path)}:{line} writes {table} of {owners[table]}"
            for path in sources("crm", "segmentation", "campaigns", "web")
            for line, table in _writes(path, owners)
            if not named(path).startswith(f"{owners[table]}/")
        ]
        assert not found, f"call the owning slice's service: {found}"

    def test_rule_finds_what_it_looks_for(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.py"
        bad.write_text(
            "from crm.guests.tables import Guest\nfrom crm.guests import tables as t\n"
            "db.add(Guest(ref='G'))\ndb.execute(update(Guest))\ndb.execute(t.Guest.__table__.delete())\n"
            "row = Guest(ref='G')\ndb.execute(sa.insert(t.Stay))\nselect(Guest)\nStay()\n"
            "pour(db, Guest, rows)\n"
        )
        owners = {"Guest": "crm/guests", "Stay": "crm/stays"}
        assert list(_writes(bad, owners)) == [
            (3, "Guest"),
            (4, "Guest"),
            (5, "Guest"),
            (6, "Guest"),
            (7, "Stay"),
            (10, "Guest"),
        ]


def _owners() -> dict[str, str]:
    """The folder of the slice that owns each table class."""
    all_tables()
    return {
        table.__name__: "/".join(table.__module__.split(".")[:-1])
        for table in _table_classes(SQLModel)
    }


def _table_classes(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        if child.__module__.endswith(".tables"):
            yield child
        yield from _table_classes(child)


def _writes(path: Path, owners: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Constructing a row, or handing a table to insert, update, delete or pour."""
    names, modules = _known_tables(path, owners)

    def table_of(dotted: str) -> str | None:
        words = dotted.split(".")
        for before, word in zip(["", *words], words, strict=False):
            if word in names or (word in owners and before in modules):
                return names.get(word, word)
        return None

    seen: set[tuple[int, str]] = set()
    for call, name in sorted(calls(path), key=lambda found: found[0].lineno):
        verb = name.rsplit(".", 1)[-1]
        if verb in {"insert", "update", "delete"}:
            table = table_of(_dotted(call.args[0]) if call.args else name.rsplit(".", 1)[0])
        elif verb == "pour" and len(call.args) > 1:
            table = table_of(_dotted(call.args[1]))
        else:
            table = table_of(name) if verb in names or verb in owners else None
        if table and (call.lineno, table) not in seen:
            seen.add((call.lineno, table))
            yield call.lineno, table


def _known_tables(path: Path, owners: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """What this file calls table classes and modules of tables."""
    names: dict[str, str] = {}
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if (node.module or "").endswith(".tables") and alias.name in owners:
                names[alias.asname or alias.name] = alias.name
            if alias.name == "tables":
                modules.add(alias.asname or alias.name)
    return names, modules


class TestDoors:
    def test_async_routes_take_no_session(self) -> None:
        found = [
            f"{named(path)}:{node.lineno} {node.name}"
            for path in sources("web")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.AsyncFunctionDef)
            for argument in (*node.args.args, *node.args.kwonlyargs)
            if argument.annotation is not None
            and re.search(r"\b(Db|Session)\b", ast.unparse(argument.annotation))
        ]
        assert not found, f"a sync session inside the event loop starves the pool: {found}"

    def test_our_web_is_the_web_that_is_imported(self) -> None:
        answer = subprocess.run(
            [sys.executable, "-c", "import web, crm; print(web.__file__); print(crm.__file__)"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        assert answer.stdout.split() == [
            str(ROOT / "web" / "__init__.py"),
            str(ROOT / "crm" / "__init__.py"),
        ]


class TestFiles:
    def test_no_room_without_a_name(self) -> None:
        vague = {"utils", "helpers", "common", "manager", "misc", "base", "models"}
        found = [named(path) for path in sources() if path.stem in vague]
        assert not found, f"name the story the file tells: {found}"

    def test_package_files_hold_a_docstring_and_no_code(self) -> None:
        found = [
            named(path)
            for path in sources()
            if path.name == "__init__.py"
            and (
                len(body := ast.parse(path.read_text(encoding="utf-8")).body) != 1
                or not isinstance(body[0], ast.Expr)
            )
        ]
        assert not found, f"an __init__ says what the package is, in one docstring: {found}"

    def test_every_module_says_why_it_exists(self) -> None:
        found = [
            named(path)
            for path in sources()
            if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        ]
        assert not found

    def test_tables_keep_their_annotations_alive(self) -> None:
        found = [
            named(path)
            for path in sources()
            if path.name == "tables.py" and "from __future__ import annotations" in path.read_text()
        ]
        assert not found, f"SQLModel reads annotations as objects: {found}"

    def test_no_unfinished_work_is_announced(self) -> None:
        words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
        found = [
            f"{named(path)}:{no}"
            for path in [*sources(), *(ROOT / "web" / "templates").rglob("*.html")]
            for no, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if words.search(line)
        ]
        assert not found


class TestRegistries:
    def test_news_is_asked_for_in_rooms_that_every_process_opens(self) -> None:
        """Elsewhere it would be heard by those processes only that happen to import the module."""
        asked = {
            path
            for path in sources("crm", "segmentation", "campaigns", "web", "lab")
            for _, name in calls(path)
            if name in {"subscribe", "events.subscribe"}
        }
        assert {path.name for path in asked} == {"hearing.py"}

    def test_every_jobs_module_is_known_to_the_worker(self) -> None:
        from crm.kit import jobs

        importlib.import_module("web.worker")
        names = set(jobs.registered_names())
        declared = {
            argument.value
            for path in sources("crm", "segmentation", "campaigns", "web", "lab")
            for call, name in calls(path)
            if name in {"job", "jobs.job"} and call.args
            for argument in [call.args[0]]
            if isinstance(argument, ast.Constant)
        }
        assert declared <= names, f"the worker does not import the module of {declared - names}"
