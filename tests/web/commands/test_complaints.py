"""``keshi complaints due`` as a shell sees it: a file in, deadlines out, no database."""

import json

import pytest
from typer.testing import CliRunner

from crm.complaints.calendars import WEEKDAYS
from web.cli import app

OFFICE = {
    "tz": "Asia/Shanghai",
    "hours": {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]},
    "holidays": ["2026-11-30"],
}
CASE = {
    "id": "a", "calendar": OFFICE, "start": "2026-11-20T16:00:00+08:00", "minutes": 240,
    "pauses": [],
}  # fmt: skip


@pytest.fixture
def due(tmp_path):
    """Runs the command over cases, or over the text of a file."""

    def run(cases, *words, code=0):
        file = tmp_path / "cases.json"
        file.write_text(cases if isinstance(cases, str) else json.dumps(cases), encoding="utf-8")
        result = CliRunner().invoke(app, ["complaints", "due", "--cases", str(file), *words])
        assert result.exit_code == code, result.output
        return result

    return run


def test_every_case_has_its_deadline(due):
    cases = [
        CASE,
        CASE | {"id": "holiday", "start": "2026-11-30T10:00:00+08:00"},
        CASE | {"id": "pause", "pauses": [["2026-11-23T09:30:00+08:00", "2026-11-23T02:00:00Z"]]},
        CASE | {"id": "on the calendar's clock", "start": "2026-11-20T16:00:00"},
        CASE | {"id": 5, "minutes": 0.5, "calendar": {"tz": "UTC", "hours": None}},
        {name: CASE[name] for name in ("calendar", "start", "minutes")} | {"id": "none"},
    ]
    assert json.loads(due(cases, "--json").stdout) == {
        "due": {
            "a": "2026-11-23T04:00:00Z",
            "holiday": "2026-12-01T05:00:00Z",
            "pause": "2026-11-23T04:30:00Z",
            "on the calendar's clock": "2026-11-23T04:00:00Z",
            "5": "2026-11-20T08:00:30Z",
            "none": "2026-11-23T04:00:00Z",
        }
    }
    assert due([CASE]).stdout == "a\t2026-11-23T04:00:00Z\n"


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ("{", "is not a JSON file"),
        ("[" * 100_000, "is not a JSON file"),
        ({"a": CASE}, "does not hold a list"),
        ([5], "Case number 1: A case has id"),
        ([CASE | {"color": "red"}], "Case a: A case has id"),
        ([CASE, CASE], "Case a is in the file twice"),
        ([CASE | {"minutes": -1}], "Case a: The minutes"),
        ([CASE | {"minutes": True}], "Case a: The minutes"),
        ([CASE | {"minutes": float("nan")}], "Case a: The minutes"),
        ([CASE | {"start": "tomorrow"}], "Case a: Write times"),
        ([CASE | {"start": "0001-01-01T00:00:00+14:00"}], "Case a: Write times"),
        ([CASE | {"pauses": [["2026-11-23T09:30:00Z"]]}], "Case a: Pauses are"),
        (
            [CASE | {"pauses": [["2026-11-23T09:30:00Z", "2026-11-23T09:00:00Z"]]}],
            "Case a: A pause ends before it begins",
        ),
        ([CASE | {"calendar": OFFICE | {"hours": {}}}], "Case a: These working hours"),
        ([CASE | {"calendar": OFFICE | {"tz": "Moon"}}], "Case a: There is no such time zone"),
        ([CASE | {"calendar": OFFICE | {"tz": 8}}], "Case a: In a calendar tz is a text"),
        ([CASE | {"calendar": OFFICE | {"holidays": ["30.11."]}}], "Case a: Write days"),
        ([CASE | {"start": "9999-12-31T00:00:00Z", "minutes": 9e6}], "Case a:"),
    ],
)
def test_what_makes_no_sense_is_one_line(due, cases, told):
    result = due(cases, "--json", code=1)
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_file_that_is_not_there_and_one_that_was_not_named():
    runner = CliRunner()
    missing = runner.invoke(app, ["complaints", "due", "--cases", "there/is/none.json"])
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)
    assert runner.invoke(app, ["complaints", "due"]).exit_code == 2
