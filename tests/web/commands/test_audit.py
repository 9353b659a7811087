"""``keshi audit`` says what was done to the audit, with exit codes, for people and machines."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner, Result

from crm.audit import service as audit
from crm.audit.tables import AuditRow, AuditSeal
from crm.audit.terms import Deed
from crm.kit.db import Database
from crm.kit.settings import in_force, put_in_force
from crm.staff.actor import system
from migrations import append_only
from web.cli import app

OLD = "a-long-enough-secret-of-many-letters-0123456789"
NEW = "another-long-secret-that-came-afterwards-98765432"
Keshi = Callable[..., Result]


@pytest.fixture
def keshi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keshi]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{tmp_path}/keshi.db")
    monkeypatch.setenv("KESHI_SECRET_KEY", OLD)
    monkeypatch.setenv("KESHI_DATA_DIR", str(tmp_path / "files"))
    before = in_force()

    def run(*words: str, code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(app, list(words), input=stdin)
        assert result.exit_code == code, result.output + result.stderr
        return result

    run("migrate")
    yield run
    put_in_force(before)


@pytest.fixture
def database(keshi: Keshi, tmp_path: Path) -> Iterator[Database]:
    """The same database, with three rows."""
    opened = Database(f"sqlite:///{tmp_path}/keshi.db")
    write(opened, 3)
    yield opened
    opened.dispose()


def write(database: Database, number: int) -> None:
    with database.writing() as db:
        for _ in range(number):
            audit.note(db, Deed.VIEWED, by=system(), subject="guest")


def tampered(database: Database, *statements: object) -> None:
    with database.writing() as db:
        append_only.drop(db.connection())
        for statement in statements:
            db.connection().execute(statement)


def test_a_sound_audit_is_said_to_be(keshi: Keshi, database: Database) -> None:
    waits = keshi("audit", "verify").stdout
    assert "as it was written: 3 rows, 0 seals, 3 rows not sealed yet" in waits
    assert "Sealed 3 rows" in keshi("audit", "seal").stdout
    found = json.loads(keshi("audit", "verify", "--json").stdout)
    assert found["sound"] is True
    assert (found["rows"], found["seals"], found["witnessed"]) == (3, 1, 1)


def test_a_changed_row_is_named_with_exit_one(keshi: Keshi, database: Database) -> None:
    keshi("audit", "seal")
    tampered(database, update(AuditRow).values(subject="staff"))
    said = keshi("audit", "verify", code=1).stdout
    assert "NOT as it was written" in said
    assert "3 faults" in said
    assert "changed after it was written" in said
    found = json.loads(keshi("audit", "verify", "--json", code=1).stdout)
    assert found["counts"] == {"changed": 3}
    assert {each["fault"] for each in found["differences"]} == {"changed"}


def test_a_tail_cut_off_is_known_by_the_folder_or_by_a_log(
    keshi: Keshi, database: Database, tmp_path: Path
) -> None:
    keshi("audit", "seal")
    (told,) = (tmp_path / "files" / "audit").glob("*.jsonl")
    tampered(database, delete(AuditSeal), delete(AuditRow))
    assert "cut off the end" in keshi("audit", "verify", code=1).stdout
    shipped = tmp_path / "shipped.log"
    shipped.write_text('{"event": "other"}\nno json\n' + told.read_text())
    told.unlink()
    keshi("audit", "verify")
    assert "cut off the end" in keshi("audit", "verify", "--witness", str(shipped), code=1).stdout
    assert "nothing at" in keshi("audit", "verify", "--witness", "nowhere", code=1).stderr


def test_an_old_secret_is_asked_for_and_taken(
    keshi: Keshi, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keshi("audit", "seal")
    monkeypatch.setenv("KESHI_SECRET_KEY", NEW)
    assert "--old-secrets" in keshi("audit", "verify", code=1).stdout
    keshi("audit", "verify", "--old-secrets", "-", stdin=f"{OLD}\n")
    kept = tmp_path / "safe.txt"
    kept.write_text(f"\n{OLD}\n")
    keshi("audit", "verify", "--old-secrets", str(kept))
    assert "cannot be read" in keshi("audit", "verify", "--old-secrets", "gone", code=1).stderr


def test_since_takes_a_day(keshi: Keshi, database: Database) -> None:
    keshi("audit", "seal")
    assert (
        json.loads(keshi("audit", "verify", "--since", "2126-01-01", "--json").stdout)["rows"] == 0
    )
    keshi("audit", "verify", "--since", "yesterday", code=2)
