"""The bench asks a running house through its own doors, and says what it found."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crm.kit.db import Database
from lab.bench import departments
from lab.bench.client import Asker
from lab.bench.house.plan import Size
from lab.bench.house.seed import seed
from lab.bench.lines import Line, markdown
from lab.bench.measuring import Effort, measure
from tests.conftest import Serving
from tests.loops import in_a_loop_of_its_own

SIZE = Size(400)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small house, seeded once."""
    made = f"sqlite:///{tmp_path_factory.mktemp('house') / 'house.db'}"
    database = Database(made)
    seed(database, SIZE)
    database.dispose()
    return made


def test_a_small_house_is_measured_through_its_doors(url: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as apart:  # a browser of this process may hold this thread's loop
        measured = apart.submit(measure, url, SIZE, tmp_path, Effort(calls=2, seconds=1, desks=8))
    lines = {line.name: line for line in measured.result()}
    phone = lines["look-up: phone, whole"]
    assert phone.note == "100 % found"
    assert lines["look-up: nobody"].note == "0 % found"
    assert phone.server_p50 is not None
    assert 0 < phone.server_p50 < 60_000
    card = lines["card, any guest"]
    assert card.statements == 7
    if sys.platform == "linux":
        assert card.cpu_ms > 0
        assert card.times_floor > 1
    assert lines["200 parallel requests"].note == "200 of 200"
    assert lines["8 desks, 2 s to think"].note.startswith("0 errors")
    assert "| look-up: one typo |" in markdown(list(lines.values()))


def test_a_door_that_stays_shut_is_told(serving: Serving) -> None:
    async def knock() -> None:
        async with Asker(int(serving.url.rsplit(":", 1)[1])) as asker:
            await asker.sign_in("nobody", "no such password")

    with pytest.raises(RuntimeError, match="could not sign in"):
        in_a_loop_of_its_own(knock)


def test_a_line_says_whether_its_target_is_kept() -> None:
    assert [Line("x", kept=kept).verdict for kept in (True, False, None)] == ["kept", "MISSED", ""]
    assert Line("x", cpu_ms=6.0, floor_cpu_ms=1.5).times_floor == 4
    assert json.loads(json.dumps(Line("x").times_floor)) is None


def test_the_departments_chain_is_measured(url: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as apart:
        chain = apart.submit(departments.measure, url, SIZE, tmp_path, Effort(calls=4)).result()
    lines = {line.name: line for line in chain}
    assert lines["review: the whole page"].note == "8 waiting"
    assert all(line.server_p50 for line in chain if not line.name.startswith("floor"))
    assert lines["briefing"].kept is not None
    assert lines["floor, a refresh"].note.endswith("KB")
