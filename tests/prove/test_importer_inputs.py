"""Whatever comes as a file or as a message: it is read, or refused with a reason, in no time."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings

from crm.intake import applying, queries
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions, ImportSheet
from crm.intake.terms import LineOutcome
from crm.kit.csv_io import safe_lines
from crm.kit.db import Database
from crm.kit.errors import Invalid
from crm.staff.actor import system
from tests import factories
from tests.flawed import brittle
from tests.hostile import houses, tables
from tests.hostile.tables import Sent
from tests.proving import Tally

SECONDS_MAX = 1.0
"""Of processor time, for one small file from reading to the end of its dry run."""
COMMITTED_EVERY = 4
OUTCOMES = ("new", "matched", "unchanged", "unclear", "rejected")
PROMISE = "importer inputs"

Take = Callable[[Sent], "ImportSheet | None"]


def hold(take: Take, sent: Sent) -> None:
    """What is promised of every file; raises when it is not kept."""
    started = time.thread_time()
    sheet, pointer = None, "/"
    try:
        sheet = take(sent)
    except Invalid as refusal:
        pointer = refusal.details.get("pointer", "")
    assert pointer.startswith("/"), "a file is refused and nobody knows what for"
    assert time.thread_time() - started < SECONDS_MAX, "too slow"
    if sheet is None:
        return
    assert sum(getattr(sheet, name) for name in OUTCOMES) == sheet.rows
    for problem in sheet.problems:
        assert problem.line >= 1
        assert problem.reasons, problem
        assert all(reason.code and reason.message for reason in problem.reasons), problem
    rejected = [one for one in sheet.problems if one.outcome is LineOutcome.REJECTED]
    assert bool(rejected) == bool(sheet.rejected)


def trials(number: int, *, fixed: bool) -> settings:
    return settings(
        max_examples=number,
        derandomize=fixed,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def fixed(request: pytest.FixtureRequest) -> bool:
    """Whether the trials are the same each time, so that a short run is no lottery."""
    return bool(request.config.getoption("--budget") == "small")


def test_files(
    database: Database, tmp_path: Path, fixed: bool, budget: Callable[..., int], tally: Tally
) -> None:
    imports, by = Imports(database, tmp_path), system("test")
    with database.writing() as db:
        factories.a_hotel(db, "HZ1")
    taken = read = rows = 0

    def take(sent: Sent) -> ImportSheet | None:
        nonlocal read, rows
        told = ImportOptions(kind=sent.kind, **sent.options)
        import_id = imports.receive(io.BytesIO(sent.content), "file.csv", told, by=by)
        read += 1
        if taken % COMMITTED_EVERY == 0:
            commit(import_id)
        with database.reading() as db:
            refused = queries.rejected_rows(db, import_id, imports.folder(import_id), by=by)
            sheet = queries.import_sheet(db, import_id, by=by)
            assert len(list(safe_lines(refused))) >= min(1, sheet.rejected)
            rows += sheet.rows
            return sheet

    def commit(import_id: UUID) -> None:
        with database.reading() as db:
            can = queries.import_sheet(db, import_id, by=by).can_commit
        if can:
            imports.commit(import_id, by=by)

    @trials(budget(PROMISE, share=3), fixed=fixed)
    @given(tables.files)
    def whatever_comes(sent: Sent) -> None:
        nonlocal taken
        taken += 1
        hold(take, sent)

    whatever_comes()
    assert read > taken / 4, "hardly any file came as far as its rows"
    tally(PROMISE, taken, note=f"{read} files read to the end, {rows} rows")


def test_messages(
    database: Database, tmp_path: Path, fixed: bool, budget: Callable[..., int], tally: Tally
) -> None:
    standing = houses.build(database, tmp_path)
    sent = applied = 0

    with TestClient(standing.app, raise_server_exceptions=False) as client:

        @trials(budget(PROMISE, share=3), fixed=fixed)
        @given(tables.messages())
        def whatever_comes(message: dict[str, object]) -> None:
            nonlocal sent, applied
            sent += 1
            answer = client.post(
                "/api/v1/intake/messages",
                content=tables.as_body(message),
                headers=standing.headers[houses.ALL_SCOPES] | {"Content-Type": "application/json"},
            )
            assert answer.status_code in (202, 400, 404, 409, 422), answer.text
            if answer.status_code != 202:
                assert answer.json()["code"]
                return
            with database.writing() as db:
                applying.apply(db, UUID(answer.json()["id"]), by=system("interface"))
            applied += 1

        whatever_comes()
    assert applied > sent / 5, "hardly any message came as far as its guest"
    tally(PROMISE, sent, note=f"{applied} messages applied")


@pytest.mark.parametrize("flaw", list(brittle.READERS))
def test_it_finds_a_reader_that_breaks(flaw: str, fixed: bool, tally: Tally) -> None:
    broken = brittle.READERS[flaw]

    @trials(200, fixed=True)
    @given(tables.files)
    def whatever_comes(sent: Sent) -> None:
        hold(broken, sent)

    with pytest.raises((AssertionError, Exception)) as found:
        whatever_comes()
    assert found.value is not None
    tally.flaw_found(PROMISE, flaw)
