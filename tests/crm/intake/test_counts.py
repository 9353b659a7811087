"""Every row is accounted for; the same table comes in whatever it was saved as."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.intake.mapping import guess_columns
from crm.intake.terms import ImportKind
from tests.crm.intake.conftest import House, counts

Counts = Callable[..., dict[str, int]]

NAMES = st.sampled_from(["陈静怡", "李娜", "Jonas Müller", "", "=1+1", "a\tb", "  ", "O'Brien"])
PHONES = st.sampled_from(["13800138000", "ask", "", "+86 139 0013 9000", "1.38E+10", "12"])
DAYS = st.sampled_from(["1980-01-02", "03/04/1990", "", "2990-01-01", "30 Feb", "45000"])
ROWS = st.lists(st.tuples(st.sampled_from("123"), NAMES, PHONES, DAYS), min_size=1, max_size=12)

TABLE = [
    ["编号", "姓名", "手机", "出生日期", "国籍"],
    ["1", "陈静怡", "13800138000", "1988-10-17", "CN"],
    ["2", "王伟", "13900139000", "", "CHN"],
    ["3", "李娜", "ask", "1990-01-01", ""],
    ["3", "周杰", "", "", ""],
]


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(ROWS)
def test_the_five_counts_add_up_to_the_rows(house: House, rows: list[tuple[str, ...]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["id", "name", "phone", "birthday"], *rows])
    done = house.run("guests", out.getvalue())
    assert sum(counts(done).values()) == done.rows == len(rows)
    again = house.run("guests", out.getvalue())
    assert (again.new, again.rejected) == (0, done.rejected)
    assert sum(counts(again).values()) == len(rows)
    house.undo(again.id)
    house.undo(done.id)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_way_of_saving_a_table_gives_the_same(
    house: House, counted_as: Counts, encoding: str, delimiter: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(TABLE)
    assert counts(house.run("guests", out.getvalue().encode(encoding))) == counted_as(
        new=3, rejected=1
    )
    # the workbook of the same table then changes nothing: it is the very same content
    assert counts(house.run("guests", workbook(house.folder))) == counted_as(
        unchanged=3, rejected=1
    )


def workbook(folder: Path) -> bytes:
    """The table as Excel has it: numbers as numbers, dates as dates."""
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append([_typed(cell) for cell in row])
    book.save(folder / "table.xlsx")
    return (folder / "table.xlsx").read_bytes()


def _typed(cell: str) -> object:
    if cell.isdigit():
        return int(cell)
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return cell or None


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Guest Name", "name"), ("姓名", "name"), ("LAST_NAME", "family"), ("e-mail", "email"),
        ("手机号码", "phone"), ("Date of Birth", "birthday"), ("ＶＩＰ", "vip"),
        ("邮编", "postal_code"),
        ("Favourite colour", None), ("", None),
    ],
)  # fmt: skip
def test_headers_of_both_languages_are_known(header: str, field: str | None) -> None:
    assert guess_columns(ImportKind.GUESTS, [header], [["x"]])[0].field == field


def test_a_field_is_guessed_once_and_phones_by_their_look() -> None:
    samples = [["13800138000", "a@example.com"], ["13900139000", "b@example.com"]]
    found = guess_columns(ImportKind.GUESTS, ["K1", "K2"], samples)
    assert [(g.field, g.by) for g in found] == [("phone", "content"), ("email", "content")]
    twice = guess_columns(ImportKind.GUESTS, ["Name", "姓名"], [])
    assert [g.field for g in twice] == ["name", None]


def test_the_order_of_day_and_month_is_proposed_never_taken() -> None:
    found = guess_columns(ImportKind.GUESTS, ["birthday"], [["25/12/1990"], ["01/02/1991"]])
    assert found[0].format == "dd/mm/yyyy"
