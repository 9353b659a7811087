"""Every setting has its paragraph, and every variable that is spoken of exists."""

import re
from pathlib import Path

import pytest

from crm.kit.settings import Settings, SettingsUnfit
from lab import configuration_page

ROOT = Path(__file__).parents[2]
VARIABLES = {f"KESHI_{name.upper()}" for name in Settings.model_fields}
OF_THE_TESTS = {"KESHI_REQUIRE"}
READS_ENVIRONMENT = re.compile(r"os\.(?:environ(?!\.get\(.USER.)|getenv)")
OF_COMPOSE = {"KESHI_DB_PASSWORD"}


def test_page_is_what_the_settings_class_says() -> None:
    written = configuration_page.PAGE.read_text(encoding="utf-8")
    assert written == configuration_page.page(), "run: make docs"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_does(name: str) -> None:
    assert len(Settings.model_fields[name].description or "") > 20


@pytest.mark.parametrize("path", ["README.md", "docs/CONFIGURATION.md", "docs/ARCHITECTURE.md"])
def test_pages_speak_of_settings_that_exist(path: str) -> None:
    spoken = set(re.findall(r"KESHI_[A-Z_]+", (ROOT / path).read_text(encoding="utf-8")))
    assert spoken <= VARIABLES | OF_THE_TESTS | OF_COMPOSE


NOT_SETTINGS = {
    "web/metrics.py": "the folder that prometheus_client itself looks for there",
    "lab/bench/process.py": "handed on whole to the processes that are measured",
}


def test_code_reads_no_variable_beside_the_settings() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), word)
        for package in ("crm", "segmentation", "campaigns", "web", "lab", "migrations")
        for path in (ROOT / package).rglob("*.py")
        if path.relative_to(ROOT).as_posix() not in NOT_SETTINGS
        for word in re.findall(
            r"os\.(?:environ(?!\.get\(\"USER\")|getenv)", path.read_text(encoding="utf-8")
        )
    }
    assert not found, "read once, in crm/kit/settings.py, and passed in"


def test_start_lists_all_problems_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    unfit = Settings(
        _env_file=None,
        database_url="mysql://x",
        secret_key="short",
        base_url="ftp://x",
        smtp_url="x",
    )
    with pytest.raises(SettingsUnfit) as refusal:
        unfit.checked()
    assert len(refusal.value.problems) == 4
    for variable in ("DATABASE_URL", "SECRET_KEY", "BASE_URL", "SMTP_URL"):
        assert f"KESHI_{variable}" in str(refusal.value)
