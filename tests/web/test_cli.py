"""The command line: answers for people and for machines, one clear line when it is refused."""

import json

import pytest
from typer.testing import CliRunner

from web.cli import app

STRONG = "a-long-enough-secret-of-many-letters-0123456789"


@pytest.fixture
def keshi(tmp_path, monkeypatch):
    """Runs ``keshi`` on a database of its own, not migrated yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{tmp_path}/keshi.db")
    monkeypatch.setenv("KESHI_SECRET_KEY", STRONG)
    monkeypatch.setenv("KESHI_DATA_DIR", str(tmp_path / "files"))

    def run(*words, code=0):
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


@pytest.fixture
def house(keshi):
    keshi("migrate")
    keshi(
        "hotels", "open", "--code", "LVH", "--name", "Lakeview", "--name-zh", "湖景",
        "--time-zone", "Asia/Shanghai", "--currency", "CNY", "--country", "CN",
    )  # fmt: skip
    return keshi


class TestStart:
    def test_migrating_loads_the_shipped_codes(self, keshi):
        first = json.loads(keshi("migrate", "--json").stdout)
        assert first["codes"] == 287
        assert json.loads(keshi("migrate", "--json").stdout)["revision"] == first["revision"]

    def test_a_database_that_is_not_migrated_is_refused_with_the_command_to_run(self, keshi):
        refused = keshi("staff", "list", code=1)
        assert "keshi migrate" in refused.stderr
        assert refused.stdout == ""

    def test_all_unfit_settings_are_named_at_once(self, keshi, monkeypatch):
        monkeypatch.setenv("KESHI_SECRET_KEY", "secret")
        monkeypatch.setenv("KESHI_BASE_URL", "nonsense")
        refused = keshi("migrate", code=1)
        assert "KESHI_SECRET_KEY" in refused.stderr
        assert "KESHI_BASE_URL" in refused.stderr

    def test_a_setting_of_the_wrong_kind_is_named(self, keshi, monkeypatch):
        monkeypatch.setenv("KESHI_DEMO", "perhaps")
        assert "KESHI_DEMO" in keshi("migrate", code=1).stderr

    def test_wrong_usage_is_two(self, keshi):
        keshi("staff", "join", code=2)
        keshi("nonsense", code=2)

    def test_the_openapi_text_needs_no_database(self, keshi):
        assert json.loads(keshi("openapi").stdout)["openapi"].startswith("3.1")


class TestHotels:
    def test_a_code_is_taken_once(self, house):
        refused = house(
            "hotels", "open", "--code", "LVH", "--name", "x", "--name-zh", "x",
            "--time-zone", "Asia/Shanghai", "--currency", "CNY", "--country", "CN", code=1,
        )  # fmt: skip
        assert "LVH" in refused.stderr

    def test_an_unknown_time_zone_is_refused(self, keshi):
        keshi("migrate")
        refused = keshi(
            "hotels", "open", "--code", "ABC", "--name", "x", "--name-zh", "x",
            "--time-zone", "Asia/Nowhere", "--currency", "CNY", "--country", "CN", code=1,
        )  # fmt: skip
        assert "time_zone" in refused.stderr

    def test_rooms_come_by_pattern_and_only_once(self, house):
        words = (
            "hotels",
            "rooms",
            "101-118, 201-202",
            "--hotel",
            "LVH",
            "--type",
            "KING",
            "--json",
        )
        assert json.loads(house(*words).stdout) == {"added": 20}
        assert json.loads(house(*words).stdout) == {"added": 0}

    @pytest.mark.parametrize("pattern", ["abc", "118-101", "1-99999", "101--105"])
    def test_a_pattern_that_is_none_is_refused(self, house, pattern):
        house("hotels", "rooms", pattern, "--hotel", "LVH", "--type", "KING", code=1)


class TestStaffAndKeys:
    def join(self, house, **more):
        words = ["staff", "join", "--login", "lin", "--name", "Lin", "--role", "front_desk"]
        return json.loads(house(*words, "--hotel", "LVH", "--json").stdout)

    def test_a_colleague_gets_a_first_password_once(self, house):
        joined = self.join(house)
        assert len(joined["first_password"]) >= 12
        (row,) = json.loads(house("staff", "list", "--json").stdout)["items"]
        assert row["login"] == "lin"
        assert joined["first_password"] not in json.dumps(row)

    def test_a_login_is_taken_once(self, house):
        self.join(house)
        refused = house(
            "staff",
            "join",
            "--login",
            "lin",
            "--name",
            "L",
            "--role",
            "it",
            "--hotel",
            "LVH",
            code=1,
        )
        assert "lin" in refused.stderr

    def test_a_login_that_looks_like_another_is_refused(self, house):
        house(
            "staff",
            "join",
            "--login",
            "аdmin",
            "--name",
            "x",
            "--role",
            "it",
            "--hotel",
            "LVH",
            code=1,
        )

    def test_a_leaver_is_disabled(self, house):
        self.join(house)
        house("staff", "disable", "lin")
        (row,) = json.loads(house("staff", "list", "--json").stdout)["items"]
        assert row["state"] == "disabled"
        assert "nobody" in house("staff", "disable", "nobody", code=1).stderr

    def test_a_key_is_printed_once_and_revoked(self, house):
        words = (
            "keys",
            "create",
            "--name",
            "PMS",
            "--scopes",
            "pms:ingest",
            "--hotel",
            "LVH",
            "--json",
        )
        made = json.loads(house(*words).stdout)
        assert made["key"].startswith("keshi_")
        listed = house("keys", "list", "--json").stdout
        assert made["key"] not in listed
        house("keys", "revoke", made["id"])
        assert json.loads(house("keys", "list", "--json").stdout)["items"][0]["revoked_at"]
        house("keys", "revoke", made["id"], code=1)

    def test_an_unknown_scope_is_refused_with_those_there_are(self, house):
        refused = house("keys", "create", "--name", "x", "--scopes", "everything", code=1)
        assert "not known here" in refused.stderr
        assert "pms:ingest" in refused.stderr


class TestDoctor:
    def test_a_fresh_house_is_well_and_rebuilding_changes_nothing(self, house):
        found = json.loads(house("doctor", "--json").stdout)["findings"]
        assert {each["level"] for each in found} == {"notice"}
        assert {each["code"] for each in found} == {
            "address_local", "mail_captured", "backups_same_disk", "worker_never",
            "backup_none_yet",
        }  # fmt: skip
        assert json.loads(house("doctor", "--rebuild", "--json").stdout) == {
            "figures": 0,
            "differences": 0,
            "search_keys": 0,
        }
