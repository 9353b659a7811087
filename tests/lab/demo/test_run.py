"""Opening the demo: built once a day, never over a real hotel, wiped only when meant."""

import json
import shutil
import socket
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from crm.guests.tables import Guest
from crm.hotels.tables import Hotel
from crm.kit.db import Database
from crm.kit.settings import Settings, SettingsUnfit
from lab.demo import pms_book
from lab.demo.commands import app
from lab.demo.load import PASSWORD, demo_day
from lab.demo.run import RealHotel, demo_settings, prepare, welcome

TODAY = date(2026, 11, 24)
SMALL = 700


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KESHI_DATABASE_URL", raising=False)
    monkeypatch.delenv("KESHI_DATA_DIR", raising=False)
    return demo_settings(8499)


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opened") / "demo"
    made = Settings(
        _env_file=None, demo=True, database_url=f"sqlite:///{folder}/demo.db", data_dir=folder
    )
    prepare(made, today=TODAY, guests=SMALL, told=lambda _: None)
    return folder


@pytest.fixture
def built(settings: Settings, _built_once: Path) -> Settings:
    shutil.copytree(_built_once, settings.data_dir)
    return settings


def look(settings: Settings) -> tuple[date | None, int]:
    """The demo's day and how many guests there are."""
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            guests = db.connection().scalar(select(func.count()).select_from(Guest))
            return demo_day(db), guests or 0
    finally:
        database.dispose()


def change(settings: Settings, **values: object) -> None:
    database = Database(settings.database_url)
    with database.writing() as db:
        db.connection().execute(update(Hotel).values(**values))
    database.dispose()


class TestSettings:
    def test_the_demo_has_a_database_and_a_folder_of_its_own(self, settings: Settings) -> None:
        assert settings.demo
        assert settings.database_url == "sqlite:///var/demo/demo.db"
        assert settings.base_url == "http://127.0.0.1:8499"
        assert settings.smtp_url == ""

    def test_a_given_database_is_taken(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KESHI_DATABASE_URL", "sqlite:///elsewhere.db")
        assert demo_settings(8000).database_url == "sqlite:///elsewhere.db"

    def test_no_mail_server_even_if_the_shell_names_one(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KESHI_SMTP_URL", "smtp://mail.example.com")
        assert demo_settings(8000).smtp_url == ""

    def test_a_wrong_database_address_is_said(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KESHI_DATABASE_URL", "mysql://x")
        with pytest.raises(SettingsUnfit):
            demo_settings(8000)


class TestPrepare:
    def test_builds_the_hotel_with_its_pms(self, built: Settings) -> None:
        day, guests = look(built)
        assert day == TODAY
        assert guests >= SMALL
        assert len(pms_book.read(built).of_state("in_house")) == 142

    def test_on_the_same_day_leaves_it_as_it_is(self, built: Settings) -> None:
        heard: list[str] = []
        prepare(built, today=TODAY, guests=SMALL, told=heard.append)
        assert heard == []

    def test_on_another_day_makes_it_anew(self, built: Settings) -> None:
        heard: list[str] = []
        prepare(built, today=date(2026, 11, 26), guests=SMALL, told=heard.append)
        assert look(built)[0] == date(2026, 11, 26)
        assert "2026-11-24" in heard[0]
        assert pms_book.read(built).today == "2026-11-26"

    def test_a_real_hotel_is_never_touched(self, built: Settings) -> None:
        change(built, is_demo=False)
        with pytest.raises(RealHotel):
            prepare(built, today=date(2026, 11, 26), guests=SMALL, told=lambda _: None)
        assert look(built)[1] >= SMALL


def test_the_welcome_names_address_and_six_logins(settings: Settings) -> None:
    text = welcome(settings)
    assert "http://127.0.0.1:8499" in text
    assert PASSWORD in text
    for login in ("desk", "housekeeper", "marketing", "duty", "files", "gm"):
        assert f"    {login} " in text


class TestWipeCommand:
    def call(self, *words: str, said: str = "") -> tuple[int, str]:
        answer = CliRunner().invoke(app, ["wipe", *words], input=said)
        return answer.exit_code, answer.output

    def test_asks_for_the_hotels_name(self, built: Settings) -> None:
        code, text = self.call(said="Lakeview Hotel Hangzhou\n")
        assert code == 0, text
        assert "The codes stayed" in text
        assert look(built) == (None, 0)
        assert not pms_book.path(built).exists()

    @pytest.mark.parametrize("said", ["yes\n", "y\n", "lakeview\n", "Lakeview Hotel\n"])
    def test_anything_else_wipes_nothing(self, built: Settings, said: str) -> None:
        code, text = self.call(said=said)
        assert code == 1
        assert "Nothing was wiped" in text
        assert look(built)[1] >= SMALL

    def test_the_return_key_alone_wipes_nothing(self, built: Settings) -> None:
        code, _ = self.call(said="\n")
        assert code != 0
        assert look(built)[1] >= SMALL

    def test_scripts_name_the_hotel(self, built: Settings) -> None:
        assert self.call("--yes-i-mean", "湖景酒店")[0] == 0
        assert look(built) == (None, 0)

    def test_machines_get_the_number_of_rows(self, built: Settings) -> None:
        code, text = self.call("--yes-i-mean", "湖景酒店", "--json")
        assert code == 0
        assert json.loads(text)["wiped"] > 10_000

    def test_refuses_a_real_hotel(self, built: Settings) -> None:
        change(built, is_demo=False)
        code, text = self.call("--yes-i-mean", "湖景酒店")
        assert code == 1
        assert "does not hold a demo" in text
        assert look(built)[1] >= SMALL

    def test_refuses_where_there_is_no_database(self, settings: Settings) -> None:
        code, text = self.call("--yes-i-mean", "湖景酒店")
        assert code == 1
        assert "does not hold a demo" in text
        assert not Path("var/demo/demo.db").exists()


def test_a_taken_port_is_said_before_anything_is_built(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = CliRunner().invoke(app, ["--port", str(port)])
    assert answer.exit_code == 1
    assert f"Port {port} is taken" in answer.output
    assert not Path("var/demo").exists()


def test_build_only_starts_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    monkeypatch.setattr("lab.demo.run.prepare", lambda given, told: seen.update(it=given))
    answer = CliRunner().invoke(app, ["--build-only", "--port", "8123", "--json"])
    assert answer.exit_code == 0
    assert json.loads(answer.output)["url"] == "http://127.0.0.1:8123"
    assert isinstance(seen["it"], Settings)
    assert seen["it"].base_url.endswith(":8123")
