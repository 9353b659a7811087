"""CSV out that runs nothing, CSV in that hides nothing."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kit import csv_io
from crm.kit.csv_io import Row, SafeCsv, neutralised, read_rows, restored, safe_lines

DATA = Path(__file__).parents[2] / "data"
LEADERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rows(text: str, delimiter: str = ",") -> list[Row]:
    return list(read_rows(io.StringIO(text, newline=""), delimiter))


class TestNeutralised:
    @pytest.mark.parametrize("leader", LEADERS)
    def test_every_formula_leader_gets_an_apostrophe(self, leader: str) -> None:
        assert neutralised(f"{leader}cmd|' /C calc'!A0").startswith("'" + leader)

    @pytest.mark.parametrize("text", ["a;=1+1", "a\t@x", "a\n=1", "x;－1"])
    def test_a_formula_behind_another_programs_separator_too(self, text: str) -> None:
        assert neutralised(text) != text

    @pytest.mark.parametrize(
        "text", ["陈静怡", "O'Brien", "a-b", "1-2", "'quoted'", "", "a, -5 °C"]
    )
    def test_harmless_text_stays(self, text: str) -> None:
        assert neutralised(text) == text

    @given(st.text(alphabet="=+-@\t\r\n;',a＝", max_size=12))
    def test_it_can_be_taken_back_exactly(self, text: str) -> None:
        assert restored(neutralised(text)) == text

    @given(st.text(alphabet="=+-@\t\r\n;'a＝", max_size=12))
    def test_no_cell_of_ours_starts_a_formula(self, text: str) -> None:
        safe = neutralised(text)
        assert not safe.startswith(LEADERS)
        assert not any(f"{mark}{leader}" in safe for mark in ";\n" for leader in "=+@＝")


class TestSafeCsv:
    def test_numbers_stay_numbers_and_text_is_quoted(self) -> None:
        out = io.StringIO(newline="")
        SafeCsv(out, bom=False).row([-5, "-5", None, True, date(2026, 1, 2)])
        assert out.getvalue() == '"-5","\'-5","","true","2026-01-02"\r\n'

    def test_excel_reads_it_as_utf8(self) -> None:
        assert next(safe_lines([["姓名"]])) == '\ufeff"姓名"\r\n'

    def test_our_own_file_comes_back_without_loss(self) -> None:
        cells = ["=1+1", "'=1", "a;=2", "x\ny", 'say "hi"', "－5"]
        text = "".join(safe_lines([["a"] * len(cells), cells], bom=False))
        assert [restored(c) for c in rows(text)[1].cells] == cells


class TestReadRows:
    def test_line_numbers_are_those_of_the_first_line(self) -> None:
        found = rows('a,b\n1,"x\ny"\n\n2,z\n')
        assert [(r.line, r.cells) for r in found] == [
            (1, ["a", "b"]),
            (2, ["1", "x\ny"]),
            (5, ["2", "z"]),
        ]

    def test_an_unterminated_quote_costs_its_own_line_only(self) -> None:
        found = rows('a,b\n1,"open\n2,two\n3,"a ""quoted"" one"\n4,four\n')
        assert [(r.line, r.fault) for r in found] == [
            (1, None),
            (2, "unterminated_quote"),
            (3, None),
            (4, None),
            (5, None),
        ]
        assert found[1].cells == ['1,"open']
        assert found[3].cells == ["3", 'a "quoted" one']

    def test_an_open_quote_that_meets_another_far_below_is_found_by_the_width(self) -> None:
        found = rows('a,b,c\n1,"open,x\n2,y,z\n3,y,"\n')
        assert [r.fault for r in found] == [
            None,
            "unterminated_quote",
            None,
            "unterminated_quote",
        ]

    def test_text_behind_a_closing_quote(self) -> None:
        assert rows('a,b\n"x"y,1\n2,3\n')[1].fault == "bad_quote"
        assert rows('a,b\n"x"y,1\n2,3\n')[2].cells == ["2", "3"]

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("1,x\x00y", "control_characters"),
            ("1,\u202eevil", "control_characters"),
            ("1,\ufffd", "bad_encoding"),
            ("1," + "x" * 70_000, "cell_too_long"),
            ('1,"' + "x" * 140_000 + '"', "cell_too_long"),
            ("1," + "x" * (csv_io.LINE_MAX + 5), "line_too_long"),
            (",".join("x" * 501), "too_many_columns"),
        ],
    )
    def test_faulty_lines_are_named(self, line: str, fault: str) -> None:
        found = rows(f"a,b\n{line}\n2,good\n")
        assert [r.fault for r in found] == [None, fault, None]
        assert found[2].cells == ["2", "good"]

    def test_a_line_of_many_megabytes_is_passed_over(self) -> None:
        found = rows("a,b\n1," + "x" * 5_000_000 + "\n2,good\n")
        assert [r.fault for r in found] == [None, "line_too_long", None]
        assert len(found[1].cells[0]) <= csv_io.CELL_MAX

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_kind_of_line_end(self, end: str) -> None:
        assert [r.cells for r in rows(f"a,b{end}1,2{end}")] == [["a", "b"], ["1", "2"]]

    def test_other_separators_of_unicode_do_not_end_a_line(self) -> None:
        assert rows("a,b\n1,x\u2028y\n")[1].cells == ["1", "x\u2028y"]

    @given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=8))
    def test_what_the_csv_module_writes_is_read_or_refused(self, table: list[list[str]]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerows([["a", "b"], *table])
        found = rows(out.getvalue())
        clean = [r.cells for r in found[1:] if r.fault is None]
        expected = [row for row in table if any(row)]
        assert len(found) - 1 >= len(clean)
        if all(r.fault is None for r in found):
            assert clean == expected

    @given(st.text(alphabet='ab,"\n\r; \t', max_size=120))
    def test_no_line_is_ever_lost(self, text: str) -> None:
        """Every line that holds something belongs to exactly one row, in order."""
        found = rows(text)
        assert [r.line for r in found] == sorted({r.line for r in found})
        for r in found:
            if r.fault:
                assert len(r.cells) == 1

    def test_the_list_of_known_injections_is_disarmed(self) -> None:
        lines = (DATA / "csv_injection.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 6
        for line in lines:
            assert not neutralised(line).startswith(LEADERS)
