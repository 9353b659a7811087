"""Every named place to die is in the code once or more, and every one in the code is named."""

import re
from pathlib import Path

import pytest

from crm.kit import failpoints

ROOT = Path(__file__).parents[2]
REACHED = re.compile(r'failpoints\.reach\(\s*"([^"]+)"')


def in_the_code() -> set[str]:
    sources = (path for room in ("crm", "web") for path in (ROOT / room).rglob("*.py"))
    return {name for path in sources for name in REACHED.findall(path.read_text("utf-8"))}


def test_the_list_is_what_the_code_has() -> None:
    assert in_the_code() == set(failpoints.PLACES)


def test_a_place_is_heard_only_while_it_is_armed() -> None:
    heard: list[str] = []
    with failpoints.armed(heard.append):
        failpoints.reach("commit.before")
    failpoints.reach("commit.after")
    assert heard == ["commit.before"]


@pytest.mark.parametrize("door", ["environ", "Settings", "request"])
def test_nothing_from_outside_can_arm_it(door: str) -> None:
    source = (ROOT / "crm/kit/failpoints.py").read_text("utf-8")
    code = source.split('"""', 2)[2]
    assert door not in code
