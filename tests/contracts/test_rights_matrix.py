"""The rights in force are those that people reviewed, and no rule of them is a dead letter."""

from pathlib import Path

import pytest

from crm.staff.policy import policy
from tests.contracts.matrix import matrix, reviewed

HOUSE = Path(__file__).parents[2]
ROOMS = ("crm", "web", "lab", "campaigns", "segmentation")


def test_rights_are_those_that_were_reviewed() -> None:
    """Differs on purpose? ``python -m tests.contracts.matrix`` writes the file; read its diff."""
    then, now = reviewed(), matrix(policy())
    changed = [
        f"{what}\n  reviewed: {then.get(what, 'not there')}\n  now:      {now.get(what, 'gone')}"
        for what in {**then, **now}
        if then.get(what) != now.get(what)
    ]
    assert not changed, "\n".join(changed)
    assert list(then) == list(now), "the order of the policy changed; write the file anew"


def test_no_column_of_the_guest_file_is_without_a_rule() -> None:
    bare = [
        what
        for what, answer in matrix(policy()).items()
        if answer == "UNNAMED" or answer.endswith("NOT THERE")
    ]
    assert not bare, "name the column in crm/staff/policy.yaml"


@pytest.fixture(scope="module")
def written_code() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in (HOUSE / room).rglob("*")
        if path.suffix in {".py", ".html"} and path.name != "policy.py"
    )


def test_every_permission_is_asked_for(written_code: str) -> None:
    by_routes = set(policy().routes.values())
    idle = [
        name
        for name in policy().permissions
        if name not in by_routes and f'"{name}"' not in written_code
    ]
    assert not idle, "permissions that no route needs and no code asks for"


def test_every_field_is_asked_for(written_code: str) -> None:
    idle = [name for name in policy().fields if f'"{name}"' not in written_code]
    assert not idle, "fields whose sight no code asks for"
