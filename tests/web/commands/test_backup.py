"""``keshi backup``, ``restore``, ``jobs`` and ``doctor`` as a shell sees them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm.kit import holding, migrating
from crm.kit.db import Database
from crm.kit.settings import in_force, put_in_force
from web.cli import app

STRONG = "a-long-enough-secret-of-many-letters-0123456789"


@pytest.fixture
def keshi(tmp_path, monkeypatch):
    """Runs ``keshi`` on a migrated database of its own."""
    before = in_force()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{tmp_path}/keshi.db")
    monkeypatch.setenv("KESHI_SECRET_KEY", STRONG)
    monkeypatch.setenv("KESHI_DATA_DIR", str(tmp_path / "files"))

    def run(*words, code=0, typed=None):
        result = CliRunner().invoke(app, list(words), input=typed)
        assert result.exit_code == code, result.output + result.stderr
        return result

    run("migrate")
    yield run
    put_in_force(before)


def answer(result):
    return json.loads(result.stdout)


class TestBackupAndRestore:
    def test_there_and_back_with_everything_said_for_machines(self, keshi, tmp_path):
        made = answer(keshi("backup", "--json"))
        assert made["drilled"]
        assert made["encrypted"]
        assert Path(made["file"]).stat().st_size == made["bytes"]
        back = answer(keshi("restore", made["file"], "--yes", "--json"))
        assert back["rows"] == made["rows"]
        assert Path(back["before"]).exists()
        assert answer(keshi("jobs", "held", "--json"))["why"] == holding.RESTORED
        assert answer(keshi("jobs", "release", "--yes", "--json")) == {"released": 0}
        assert answer(keshi("jobs", "held", "--json")) == {"held": False, "jobs": 0}
        assert "Nothing is held" in keshi("jobs", "release", "--yes", code=1).stderr

    def test_people_are_told_about_the_key_and_what_comes_next(self, keshi, tmp_path):
        said = keshi("backup", "--to", str(tmp_path / "there"), "--no-drill").stdout
        assert "KESHI_SECRET_KEY" in said
        assert "not restored" in said
        (file,) = (tmp_path / "there").iterdir()
        assert "keshi jobs release" in keshi("restore", str(file), "--yes").stdout

    def test_nothing_happens_without_a_yes_where_nobody_can_be_asked(self, keshi, tmp_path):
        made = answer(keshi("backup", "--json"))
        assert "--yes" in keshi("restore", made["file"], code=1).stderr
        assert "--yes" in keshi("jobs", "release", code=1).stderr
        assert not list(tmp_path.glob("*before-restore*"))

    def test_one_clear_line_for_what_is_no_backup_or_of_another_key(
        self, keshi, tmp_path, monkeypatch
    ):
        (tmp_path / "x").write_text("no backup")
        refused = keshi("restore", str(tmp_path / "x"), "--yes", code=1)
        assert refused.stderr == "This file is no Keshi backup.\n"
        made = answer(keshi("backup", "--json"))
        monkeypatch.setenv("KESHI_SECRET_KEY", STRONG[::-1])
        refused = keshi("restore", made["file"], "--yes", code=1)
        assert "another KESHI_SECRET_KEY" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
        assert "nowhere" in keshi("restore", "nowhere", "--yes", code=2).stderr

    def test_another_database_by_name_and_a_wrong_address(self, keshi, tmp_path):
        made = answer(keshi("backup", "--json"))
        other = f"sqlite:///{tmp_path}/other.db"
        assert answer(keshi("restore", made["file"], "--into", other, "--yes", "--json"))[
            "before"
        ] is None  # fmt: skip
        Database(other).dispose()
        assert (tmp_path / "other.db").exists()
        refused = keshi("restore", made["file"], "--into", "mysql://x", "--yes", code=1)
        assert "KESHI_DATABASE_URL must start with" in refused.stderr
        gone = "postgresql+psycopg://u@127.0.0.1:1/none"
        refused = keshi("restore", made["file"], "--into", gone, "--yes", code=1)
        assert len(refused.stderr.splitlines()) == 1

    def test_before_an_upgrade_the_older_database_can_be_saved(self, keshi, tmp_path, monkeypatch):
        old = Database(f"sqlite:///{tmp_path}/old.db")
        migrating.upgrade(old, "0001")
        old.dispose()
        monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{tmp_path}/old.db")
        made = answer(keshi("backup", "--json"))
        assert (made["revision"], made["drilled"]) == ("0001", False)


class TestDoctor:
    def test_a_weak_secret_is_a_finding_not_a_refusal(self, keshi, monkeypatch):
        monkeypatch.setenv("KESHI_SECRET_KEY", "short")
        found = answer(keshi("doctor", "--json", code=1))["findings"]
        assert found[0] == {
            "code": "secret_weak",
            "level": "serious",
            "words": "The secret key is weak.",
            "mend": "Set KESHI_SECRET_KEY to at least 32 random characters; sealed values stay "
            "with it.",
        }

    def test_tells_people_the_worst_first_and_all_on_request(self, keshi, tmp_path):
        made = answer(keshi("backup", "--json"))
        keshi("restore", made["file"], "--yes")
        lines = keshi("doctor", code=1).stdout.splitlines()
        assert lines[0].startswith("SERIOUS 0 jobs are held since a restore")
        assert "ok " not in "\n".join(lines)
        assert "The secret key is strong." in keshi("doctor", "--all", code=1).stdout

    def test_an_older_database_is_named_with_the_command_to_run(self, keshi, tmp_path):
        with Database(f"sqlite:///{tmp_path}/keshi.db").engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        found = answer(keshi("doctor", "--json", code=1))["findings"]
        assert found[0]["code"] == "revision_older"
        assert found[0]["mend"] == "Run: keshi migrate"
