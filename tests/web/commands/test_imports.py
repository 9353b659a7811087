"""``keshi import``: what it prints, how it exits, how it goes on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm.intake import running
from web.cli import app

BOOKINGS = Path(__file__).parents[2] / "data" / "hotel_bookings_every60th.csv"
GUESTS = "id,name,phone\n1,陈静怡,13800138000\n2,李娜,ask\n"
Keshi = Callable[..., str]


@pytest.fixture
def keshi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keshi:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KESHI_DEMO", "1")
    monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{tmp_path / 'keshi.db'}")
    monkeypatch.setenv("KESHI_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "guests.csv").write_text(GUESTS, encoding="utf-8")

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == code, result.output
        return result.output if code else result.stdout

    run("migrate")
    return run


def counted(text: str) -> list[int]:
    answer = json.loads(text)
    names = ("rows", "new", "matched", "unchanged", "unclear", "rejected")
    assert set(answer) == {"import_id", *names}
    return [answer[name] for name in names]


def test_the_public_file_in_again_and_back(keshi: Keshi) -> None:
    words = (
        "import",
        "run",
        str(BOOKINGS),
        "--kind",
        "stays",
        "--preset",
        "hotel-bookings",
        "--json",
    )
    assert counted(keshi(*words, "--dry-run")) == [1990, 1990, 0, 0, 0, 0]
    first = keshi(*words)
    assert counted(first) == [1990, 1990, 0, 0, 0, 0]
    assert counted(keshi(*words)) == [1990, 0, 0, 1990, 0, 0]
    undone = json.loads(keshi("import", "undo", json.loads(first)["import_id"], "--json"))
    assert (undone["state"], undone["kept"]) == ("undone", 0)
    assert counted(keshi(*words, "--dry-run")) == [1990, 1990, 0, 0, 0, 0]


def test_people_read_what_was_guessed_and_why_rows_stay_out(keshi: Keshi) -> None:
    said = keshi("import", "run", "guests.csv", "--kind", "guests")
    assert "2 rows: 1 new, 0 matched, 0 unchanged, 0 unclear, 1 rejected" in said
    assert "Read as utf-8, delimiter ," in said
    assert "1 x not_a_phone: This is no phone number." in said


def test_rejects_come_as_csv(keshi: Keshi, tmp_path: Path) -> None:
    done = json.loads(keshi("import", "run", "guests.csv", "--kind", "guests", "--json"))
    out = keshi("import", "rejects", done["import_id"])
    assert '"2","李娜","ask","3","not_a_phone"' in out
    keshi("import", "rejects", done["import_id"], "--out", str(tmp_path / "r.csv"))
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").startswith('"id","name","phone"')


def test_a_mapping_file(keshi: Keshi, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps({"columns": {"name": "name"}}))
    words = ("import", "run", "guests.csv", "--kind", "guests", "--mapping", "m.json", "--json")
    assert counted(keshi(*words)) == [2, 2, 0, 0, 0, 0]
    (tmp_path / "m.json").write_text("no json")
    assert "is no JSON file" in keshi(*words, code=1)


def test_stopped_half_way_the_same_command_goes_on(
    keshi: Keshi, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (
        "import",
        "run",
        str(BOOKINGS),
        "--kind",
        "stays",
        "--preset",
        "hotel-bookings",
        "--json",
    )
    monkeypatch.setattr(running.committing, "BATCH_ROWS", 500)
    real = running.committing.commit_batch
    calls = iter(range(10))

    def stopped(*args: object, **more: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(running.committing, "commit_batch", stopped)
    CliRunner().invoke(app, list(words))
    monkeypatch.setattr(running.committing, "commit_batch", real)
    listed = json.loads(keshi("import", "list", "--json"))["items"]
    assert [row["state"] for row in listed] == ["committing"]
    assert counted(keshi(*words)) == [1990, 1990, 0, 0, 0, 0]
    assert len(json.loads(keshi("import", "list", "--json"))["items"]) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "none.csv", "--kind", "guests"), 2),
        (("run", "guests.csv", "--kind", "cakes"), 2),
        (("run", "guests.csv"), 2),
        (("run", "guests.csv", "--kind", "guests", "--preset", "none"), 1),
        (("run", "guests.csv", "--kind", "guests", "--hotel", "not a code"), 1),
        (("run", "guests.csv", "--kind", "stays"), 1),
        (("undo", "not-an-id"), 2),
        (("undo", "01a20c24-cd0e-7389-b308-9d0e632e1ab9"), 1),
    ],
)
def test_refusals_and_wrong_usage_have_their_exit_codes(
    keshi: Keshi, words: tuple[str, ...], code: int
) -> None:
    keshi("import", *words, code=code)
