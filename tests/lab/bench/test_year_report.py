"""The hotel with ten years of cases is planted as it says, on both databases."""

from pathlib import Path

from crm.kit.db import Database
from lab.bench import year_report


def test_a_few_years_are_reported(database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    lines = year_report.measure(url, tmp_path, lambda _: None, cases=1_000)
    assert [line.calls for line in lines] == [year_report.REPORTS] * 2
    assert all(90 <= int(line.note.split()[0]) <= 101 for line in lines)
