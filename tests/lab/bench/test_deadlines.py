"""The house full of running cases is planted as it says, on both databases."""

from pathlib import Path

from crm.kit.db import Database
from lab.bench import deadlines


def test_a_few_cases_are_looked_at_and_told(database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    look, tell = deadlines.measure(url, tmp_path, lambda _: None, cases=240)
    assert look.name == "clocks: look at 240 running cases"
    assert look.kept
    assert int(look.note.split()[0]) > 10
    assert tell.calls >= 1
