"""The one-way rule runs clean, and it names every slice there is."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _settings() -> dict[str, object]:
    settings: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]
    return settings


def test_all_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [linter, "--no-logo", "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert answer.returncode == 0, answer.stdout
    assert f"{len(_settings()['contracts'])} kept, 0 broken" in answer.stdout  # type: ignore[arg-type]


def test_rooms_are_kept_in_every_slice() -> None:
    rooms = next(c for c in _settings()["contracts"] if c["id"] == "rooms")  # type: ignore[union-attr,index]
    slices = {f"crm.{path.parent.name}" for path in (ROOT / "crm").glob("*/__init__.py")} - {
        "crm.kit"
    }
    assert set(rooms["containers"]) == slices
