"""What a file is made of: guessed, shown, and the same rows whatever it was saved as."""

import codecs
import zipfile
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.intake import reading, workbook_guard
from crm.intake.guessing import guess_delimiter, guess_encoding, mojibake
from crm.intake.reading import FileChoice, FileSheet, lay_out, rows_of
from crm.intake.seen import BLOCK, Seen
from crm.intake.workbook import NUMBER
from crm.kit.errors import Invalid

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CHINESE = "姓名,手机,城市\n张三,13800138000,杭州\n欧阳娜娜,13900139000,北京市朝阳区\n李喆,1,上海\n"
GERMAN = "Name,Stadt\nMüller,Köln\nGünther Groß,Düsseldorf\nÅse Ærø,Tromsø\n"
TAIWAN = "姓名,電話\n張三豐,09\n歐陽鋒,臺北市信義區\n陳怡君,高雄\n"
CITIES = [
    ["张三", "13800138000", "杭州"],
    ["欧阳娜娜", "13900139000", "北京市朝阳区"],
    ["李喆", "1", "上海"],
]


@pytest.fixture
def laid(tmp_path: Path) -> "Laid":
    return Laid(tmp_path)


class Laid:
    """A file written, laid out, and read again."""

    def __init__(self, folder: Path) -> None:
        self.source, self.rows = folder / "upload", folder / "rows.jsonl"

    def out(self, content: bytes | str, choice: FileChoice | None = None) -> FileSheet:
        raw = content.encode() if isinstance(content, str) else content
        self.source.write_bytes(raw)
        return lay_out(self.source, self.rows, choice or FileChoice())

    def cells(self) -> list[list[str]]:
        return [row.cells for row in rows_of(self.rows)]

    def refused(self, content: bytes | str, choice: FileChoice | None = None) -> str:
        with pytest.raises(Invalid) as caught:
            self.out(content, choice)
        return caught.value.code


class TestEncoding:
    @pytest.mark.parametrize(
        ("text", "saved", "guessed"),
        [
            (CHINESE, "utf-8", "utf-8"),
            (CHINESE, "utf-8-sig", "utf-8-sig"),
            (CHINESE, "utf-16", "utf-16"),
            (CHINESE, "utf-16-le", "utf-16-le"),
            (CHINESE, "utf-16-be", "utf-16-be"),
            (CHINESE, "gb18030", "gb18030"),
            (TAIWAN, "big5", "big5"),
            (TAIWAN, "gb18030", "gb18030"),
            (GERMAN, "cp1252", "cp1252"),
            (GERMAN, "utf-8", "utf-8"),
            ("a,b\nÖzil,1\n", "cp1252", "cp1252"),
            ("a,b\n张伟,1\n", "gb18030", "gb18030"),
            ("a,b\n1,2\n", "ascii", "utf-8"),
        ],
    )
    def test_is_guessed(self, laid: Laid, text: str, saved: str, guessed: str) -> None:
        laid.source.write_bytes(text.encode(saved))
        assert guess_encoding(laid.source).value == guessed

    def test_the_first_chinese_may_come_late(self, laid: Laid) -> None:
        text = "name,city\n" + "Smith,London\n" * 40_000 + "张伟,杭州\n"
        sheet = laid.out(text.encode("gb18030"))
        assert (sheet.encoding, laid.cells()[-1]) == ("gb18030", ["张伟", "杭州"])

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
    )
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_every_variant_gives_the_same_rows(
        self, laid: Laid, encoding: str, delimiter: str
    ) -> None:
        sheet = laid.out(CHINESE.replace(",", delimiter).encode(encoding))
        assert (sheet.delimiter, sheet.rows, laid.cells()) == (delimiter, 3, CITIES)

    def test_a_chosen_encoding_goes_before_the_guess(self, laid: Laid) -> None:
        laid.out(CHINESE.encode("gb18030"), FileChoice(encoding="cp1252"))
        assert laid.cells()[0][0] != "张三"
        assert laid.refused(CHINESE, FileChoice(encoding="rot13")) == "unknown_encoding"

    def test_bytes_that_do_not_fit_cost_their_line(self, laid: Laid) -> None:
        sheet = laid.out(CHINESE.encode() + b"\xff\xfe,1,2\n", FileChoice(encoding="utf-8"))
        assert [row.fault for row in rows_of(laid.rows)] == [None] * 3 + ["bad_encoding"]
        assert sheet.rows == 4

    @pytest.mark.parametrize("text", ["寮犱笁", "MÃ¼ller", "ÕÅÈý", "å¼\xa0ä¸‰"])
    def test_text_saved_wrongly_once_is_noticed(self, text: str) -> None:
        assert mojibake(text)

    @pytest.mark.parametrize(
        "text",
        [
            "张三",
            "欧阳娜娜",
            "Müller",
            "José",
            "Ångström",
            "缪娜",
            "联通",
            "ÄÖÜß",
            "李喆",
            "O'Brien",
        ],
    )
    def test_good_text_is_left_alone(self, text: str) -> None:
        assert not mojibake(text)


class TestDelimiter:
    def test_what_the_file_says_goes_first(self, laid: Laid) -> None:
        sheet = laid.out("sep=;\na;b\n1,5;2\n")
        assert (sheet.delimiter, sheet.header, laid.cells()) == (";", ["a", "b"], [["1,5", "2"]])
        assert next(rows_of(laid.rows)).line == 3

    def test_commas_inside_text_do_not_win(self) -> None:
        lines = ["name;remark\n", "a;x, y\n", "b;x, y\n"]
        assert guess_delimiter(lines).value == ";"

    def test_one_column_is_no_puzzle(self, laid: Laid) -> None:
        sheet = laid.out("name\nWang\nLi\n")
        assert (sheet.header, sheet.rows) == (["name"], 2)
        assert laid.refused("a\nb\n", FileChoice(delimiter="x")) == "unknown_delimiter"


class TestShape:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("", "empty_file"),
            ("\n\n", "empty_file"),
            ("a,b\n", "no_rows"),
            (",,\n1,2,3\n", "no_rows"),
            ("name,Name\n1,2\n", "duplicate_header"),
            ('"a,b\n1,2\n', "header_broken"),
            (",".join("abc" + str(n) for n in range(501)) + "\n1\n", "too_many_columns"),
            (b"%PDF-1.7 ...", "not_text"),
            (b"\x89PNG\r\n", "not_text"),
        ],
    )
    def test_a_file_that_cannot_come_in_says_why(
        self, laid: Laid, content: bytes | str, code: str
    ) -> None:
        assert laid.refused(content) == code

    def test_ragged_rows_are_named_and_trailing_delimiters_are_not(self, laid: Laid) -> None:
        laid.out("a,b\n1\n1,2,3\n1,2,,\n,,\n1,2\n")
        assert [row.fault for row in rows_of(laid.rows)] == [
            "too_few_cells", "too_many_cells", None, None,
        ]  # fmt: skip

    def test_equal_rows_have_keys_of_their_own_and_keep_them(self, laid: Laid) -> None:
        text = "a,b\n1,x\n1,x\n2,y\n1,x\n"
        laid.out(text)
        keys = [row.key for row in rows_of(laid.rows)]
        assert len(set(keys)) == 4
        laid.out(text.replace(",", ";"))
        assert [row.key for row in rows_of(laid.rows)] == keys

    def test_reading_goes_on_from_any_row(self, laid: Laid) -> None:
        laid.out(CHINESE)
        first = next(rows_of(laid.rows))
        assert [row.cells for row in rows_of(laid.rows, start=first.end)] == CITIES[1:]

    def test_our_own_rejects_come_back_as_they_were(self, laid: Laid) -> None:
        laid.out("a,keshi_line,keshi_code,keshi_reason\n'=1+1,2,x,y\n")
        assert laid.cells()[0][0] == "=1+1"
        laid.out("a,b\n'=1+1,2\n")
        assert laid.cells()[0][0] == "'=1+1"

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, raw: bytes
    ) -> None:
        laid = Laid(tmp_path_factory.mktemp("any"))
        try:
            sheet = laid.out(raw)
        except Invalid:
            return
        assert sheet.rows == len(laid.cells()) > 0


def workbook(path: Path, rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


class TestWorkbook:
    def test_cells_are_what_a_careful_person_would_type(self, laid: Laid, tmp_path: Path) -> None:
        raw = workbook(
            tmp_path / "a.xlsx",
            [
                ["name", "born", "phone", "rate", "ok", "at"],
                ["张三", date(1980, 5, 6), 13800138000, 12.5, True, datetime(2026, 1, 2, 3, 4)],
                [None, None, None, None, None, None],
                ["李四", None, None, 0.1 + 0.2, None, None],
            ],
        )
        sheet = laid.out(raw)
        assert (sheet.format, sheet.encoding, sheet.rows) == ("xlsx", None, 2)
        assert laid.cells() == [
            [
                "张三",
                "1980-05-06",
                f"{NUMBER}13800138000",
                f"{NUMBER}12.5",
                "true",
                "2026-01-02 03:04:00",
            ],
            ["李四", "", "", f"{NUMBER}0.3", "", ""],
        ]

    def test_a_workbook_has_the_row_keys_of_the_csv(self, laid: Laid, tmp_path: Path) -> None:
        laid.out("id,name\n9,张三\n9.0,李四\n")
        keys = [row.key for row in rows_of(laid.rows)]
        laid.out(workbook(tmp_path / "a.xlsx", [["id", "name"], [9.0, "张三"], [9, "李四"]]))
        assert [row.key for row in rows_of(laid.rows)] == keys

    def test_a_sheet_can_be_chosen(self, laid: Laid, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "empty"
        second = book.create_sheet("guests")
        second.append(["name"])
        second.append(["张三"])
        book.save(tmp_path / "b.xlsx")
        raw = (tmp_path / "b.xlsx").read_bytes()
        assert laid.out(raw).sheets == ["empty", "guests"]
        assert laid.out(raw, FileChoice(sheet="guests")).rows == 1
        assert laid.refused(raw, FileChoice(sheet="none")) == "sheet_missing"


class TestBombs:
    def archive(self, path: Path, members: dict[str, bytes], *, packed: bool = True) -> bytes:
        parts = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"} | members
        how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with zipfile.ZipFile(path, "w", how) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return path.read_bytes()

    def test_a_sheet_that_unpacks_to_far_more_is_refused_before_parsing(
        self, laid: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = self.archive(tmp_path / "a", {"xl/worksheets/sheet1.xml": b"0" * 300_000_000})
        assert len(raw) < 1_000_000
        monkeypatch.setattr(reading, "unpack_sheet", _guard_only)
        assert laid.refused(raw) == "archive_bomb"

    def test_a_lie_about_the_size_is_found_while_inflating(
        self, laid: Laid, tmp_path: Path
    ) -> None:
        raw = bytearray(self.archive(tmp_path / "a", {"xl/big.xml": b"0" * 50_000_000}))
        for at in _size_fields(raw, b"xl/big.xml"):
            raw[at : at + 4] = (1000).to_bytes(4, "little")
        assert laid.refused(bytes(raw)) in ("archive_bomb", "workbook_broken")

    def test_too_many_members(self, laid: Laid, tmp_path: Path) -> None:
        many = {f"xl/worksheets/sheet{n}.xml": b"x" for n in range(1100)}
        assert laid.refused(self.archive(tmp_path / "a", many)) == "archive_bomb"

    def test_macros(self, laid: Laid, tmp_path: Path) -> None:
        assert laid.refused(self.archive(tmp_path / "a", {"xl/vbaProject.bin": b"x"})) == "macros"

    def test_other_archives_and_old_workbooks(self, laid: Laid, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a", "w") as archive:
            archive.writestr("word/document.xml", "x")
        assert laid.refused((tmp_path / "a").read_bytes()) == "old_excel"
        assert laid.refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == "old_excel"
        assert laid.refused(b"PK\x03\x04 broken") == "workbook_broken"

    @pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize(
        "grammar",
        [
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
            '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><x/>',
            '<!DOCTYPE l [<!ENTITY a "ha">'
            + "".join(f'<!ENTITY {b} "&{a};&{a};&{a};&{a};">' for a, b in pairwise("abcdefghij"))
            + "]><x>&j;</x>",
        ],
        ids=["other file", "other host", "billion laughs"],
    )
    def test_no_part_brings_a_grammar_of_its_own(
        self, laid: Laid, tmp_path: Path, grammar: str, encoding: str
    ) -> None:
        evil = ("<?xml version='1.0'?>" + " " * 300_000 + grammar).encode(encoding)
        raw = self.archive(tmp_path / "a", {"xl/worksheets/sheet1.xml": evil}, packed=False)
        assert laid.refused(raw) == "workbook_broken"

    @pytest.mark.parametrize(
        "name", ["../../x.xml", "xl/../../x.xml", "/etc/x", "C:\\x", "..\\x", "xl/a\tb.xml"]
    )
    def test_no_part_lies_outside_of_its_archive(
        self, laid: Laid, tmp_path: Path, name: str
    ) -> None:
        assert laid.refused(self.archive(tmp_path / "a", {name: b"x"})) == "workbook_broken"

    def test_no_part_is_a_link(self, laid: Laid, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        link.external_attr = 0o120777 << 16
        self.archive(tmp_path / "a", {})
        with zipfile.ZipFile(tmp_path / "a", "a") as archive:
            archive.writestr(link, "/etc/passwd")
        assert laid.refused((tmp_path / "a").read_bytes()) == "workbook_broken"

    def test_an_archive_in_an_archive_stays_shut(self, laid: Laid, tmp_path: Path) -> None:
        inner = self.archive(tmp_path / "b", {"xl/big.xml": b"0" * 90_000_000})
        raw = self.archive(tmp_path / "a", {"xl/embeddings/b.xlsx": inner})
        assert laid.refused(raw) in ("workbook_broken", "empty_file")

    def test_ten_thousand_sheets(self, laid: Laid, tmp_path: Path) -> None:
        sheets = {f"xl/worksheets/sheet{no}.xml": b"<x/>" for no in range(10_000)}
        assert laid.refused(self.archive(tmp_path / "a", sheets)) == "archive_bomb"


class TestNotOurs:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"\x1f\x8b\x08" + b"\0" * 50, "not_text"),
            (b"{\\rtf1 x}", "not_text"),
            (b"GIF89a,b\n1,2\n", "not_text"),
            (EICAR, "no_rows"),
            (b"<svg onload=alert(1)>\n<x>\n", None),
            (b"<!doctype html>\n<script>alert(1)</script>\n", None),
        ],
    )
    def test_other_files_are_refused_or_only_text(
        self, laid: Laid, content: bytes, code: str | None
    ) -> None:
        """Markup is words like others: it is never handed back but escaped or as a download."""
        if code is None:
            assert laid.out(content).rows > 0
        else:
            assert laid.refused(content) == code


def _guard_only(source: Path, *_: object) -> list[str]:
    workbook_guard.guard_workbook(source)
    pytest.fail("the parser was reached")


def _size_fields(raw: bytearray, name: bytes) -> list[int]:
    """Where a zip archive keeps the inflated size of a member: its local and central headers."""
    found = []
    for magic, offset, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := raw.find(magic, at + 1)) >= 0:
            if raw[at + name_at : at + name_at + len(name)] == name:
                found.append(at + offset)
    return found


class TestSeen:
    def test_counts_over_many_blocks(self) -> None:
        seen = Seen()
        keys = list(range(BLOCK * 2 + 10))
        assert not any(seen.count(key) for key in keys)
        assert [seen.count(keys[0]), seen.count(keys[0]), seen.count(keys[-1])] == [1, 2, 1]

    @given(st.lists(st.integers(0, 40), max_size=80))
    def test_is_a_counter(self, numbers: list[int]) -> None:
        seen = Seen()
        for place, number in enumerate(numbers):
            assert seen.count(number) == numbers[:place].count(number)


def test_a_byte_order_mark_is_not_part_of_the_first_header(laid: Laid) -> None:
    assert laid.out(codecs.BOM_UTF8 + b"a,b\n1,2\n").header == ["a", "b"]
