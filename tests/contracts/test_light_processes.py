"""A process holds what its work needs: libraries that few requests use come with the first of them.

Each of these was in every process once, 50 MB of the 180 that a web process took at its start.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SECRET

ROOT = Path(__file__).parents[2]

HEAVY = {
    "pypinyin": 55,  # its readings are in crm/kit/pinyin.py
    "pycountry": 10,
    "alembic": 8,  # with mako and pygments' lexers
    "mako": 5,
    "psycopg": 9,  # here a house on SQLite
    "rapidfuzz": 3,
    "PIL": 2,
    "openpyxl": 6,
    "python_calamine": 2,
    "holidays": 5,
    "numpy": 25,
    "lab": 3,
}
"""Megabytes that a module and what it imports add, measured when it was sent away."""

WEB = """
import sys
from pathlib import Path
from web.app import create_app
from crm.kit.settings import Settings
create_app(Settings(_env_file=None, database_url="sqlite:///" + sys.argv[1], secret_key=sys.argv[2],
                    data_dir=Path(sys.argv[1]).parent))
"""
WORK = """
import web.cli
from web.worker import import_jobs
import_jobs()
"""


def modules_after(program: str, folder: Path) -> set[str]:
    """The top-level modules of a fresh process that has run the program."""
    tail = "\nprint('\\n'.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}{tail}", str(folder / "keshi.db"), SECRET],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("program", [WEB, WORK], ids=["web", "worker"])
def test_no_process_starts_with_what_few_requests_need(program: str, tmp_path: Path) -> None:
    loaded = HEAVY.keys() & modules_after(program, tmp_path)
    assert not loaded, f"import them where they are used: {sorted(loaded)}"


def test_what_is_sent_away_would_be_found(tmp_path: Path) -> None:
    assert "rapidfuzz" in modules_after("import rapidfuzz.distance", tmp_path)
