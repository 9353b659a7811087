"""The image, the group set-up and the locks are read here, since they cannot be run everywhere."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.kit.settings import Settings

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "web", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


class TestGroupSetUp:
    def test_has_the_five_services_people_rely_on(self, compose: dict[str, Any]) -> None:
        assert set(compose["services"]) == {"db", "migrate", "web", "worker", "mail"}

    def test_database_keeps_its_files_and_says_when_it_is_ready(
        self, compose: dict[str, Any]
    ) -> None:
        db = compose["services"]["db"]
        assert any(volume.startswith("database:") for volume in db["volumes"])
        assert "pg_isready" in " ".join(db["healthcheck"]["test"])
        assert "ports" not in db, "the database is reached by the house only"

    def test_migration_runs_once_before_web_and_worker(self, compose: dict[str, Any]) -> None:
        services = compose["services"]
        assert services["migrate"]["restart"] == "no"
        assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"
        for name in ("web", "worker"):
            condition = services[name]["depends_on"]["migrate"]["condition"]
            assert condition == "service_completed_successfully"

    @pytest.mark.parametrize("name", OURS)
    def test_one_image_without_privileges(self, compose: dict[str, Any], name: str) -> None:
        service = compose["services"][name]
        assert service["image"] == compose["services"]["web"]["image"]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "privileged" not in service

    @pytest.mark.parametrize("name", OURS)
    def test_every_variable_is_a_setting_of_the_house(
        self, compose: dict[str, Any], name: str
    ) -> None:
        known = {f"KESHI_{field.upper()}" for field in Settings.model_fields}
        assert set(compose["services"][name]["environment"]) <= known

    @pytest.mark.parametrize("name", OURS)
    def test_secrets_are_asked_for_and_never_written_down(
        self, compose: dict[str, Any], name: str
    ) -> None:
        environment = compose["services"][name]["environment"]
        assert environment["KESHI_SECRET_KEY"].startswith("${KESHI_SECRET_KEY:?")
        assert "${KESHI_DB_PASSWORD:?" in environment["KESHI_DATABASE_URL"]

    def test_pages_are_published_to_this_machine_only(self, compose: dict[str, Any]) -> None:
        for service in compose["services"].values():
            for port in service.get("ports", []):
                assert port.startswith("127.0.0.1:")

    def test_every_named_volume_is_declared(self, compose: dict[str, Any]) -> None:
        used = {
            volume.split(":")[0]
            for service in compose["services"].values()
            for volume in service.get("volumes", [])
        }
        assert used == set(compose["volumes"])

    @pytest.mark.parametrize("name", OURS)
    def test_commands_exist_with_these_options(self, compose: dict[str, Any], name: str) -> None:
        from typer.main import get_command

        from web.cli import app

        keshi, verb, *options = compose["services"][name]["command"]
        assert keshi == "keshi"
        command = get_command(app).commands[verb]  # type: ignore[attr-defined]
        flags = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)}
        assert {option for option in options if option.startswith("--")} <= flags


class TestImage:
    TEXT = (ROOT / "Dockerfile").read_text()
    IGNORED = (ROOT / ".dockerignore").read_text().splitlines()

    def test_runs_as_nobody_in_particular(self) -> None:
        last_stage = self.TEXT.rsplit("FROM ", 1)[1]
        user = re.findall(r"^USER (.+)$", last_stage, re.MULTILINE)
        assert user
        assert user[-1] not in {"root", "0"}

    def test_installs_what_the_lock_says(self) -> None:
        assert "--require-hashes -r requirements/base.txt" in self.TEXT

    def test_copies_every_package_and_nothing_else(self, project: dict[str, Any]) -> None:
        packages = {
            name
            for name in project["tool"]["setuptools"]["packages"]["find"]["include"]
            if "." not in name
        }
        copied = set(re.findall(r"^COPY (\w+) \1$", self.TEXT, re.MULTILINE))
        assert copied == packages
        assert "COPY . " not in self.TEXT

    def test_history_secrets_and_local_state_stay_outside(self) -> None:
        assert {".git", ".env", ".venv", "var", "tests"} <= set(self.IGNORED)

    def test_has_no_git_inside(self) -> None:
        assert not re.search(r"\bgit\b", self.TEXT)


class TestLocks:
    @pytest.mark.parametrize("name", ["base", "dev"])
    def test_names_no_host_and_no_folder(self, name: str) -> None:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert not re.search(
            r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host", text
        )
        assert not re.search(r"(?<![\w.])/(work|tmp|opt|etc|root|home)\b", text)

    @pytest.mark.parametrize("name", ["base", "dev"])
    def test_every_pin_has_hashes(self, name: str) -> None:
        text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
        pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert len(pins) > 30
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []

    def test_base_is_part_of_dev(self) -> None:
        assert _pins("base").items() <= _pins("dev").items()

    def test_every_direct_dependency_is_pinned(self, project: dict[str, Any]) -> None:
        declared = project["project"]["dependencies"]
        extra = project["project"]["optional-dependencies"]["dev"]
        assert {_plain(line) for line in declared} <= set(_pins("base"))
        assert {_plain(line) for line in extra} <= set(_pins("dev"))

    def test_every_direct_dependency_has_its_reason(self, project: dict[str, Any]) -> None:
        reasons = (ROOT / "docs/decisions/0011-why-each-dependency.md").read_text().lower()
        declared = project["project"]["dependencies"]
        extra = project["project"]["optional-dependencies"]["dev"]
        unexplained = [
            _plain(line) for line in (*declared, *extra) if f"`{_plain(line)}`" not in reasons
        ]
        assert unexplained == []


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))


def _plain(requirement: str) -> str:
    return re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0].lower()
