"""Input is taken strictly: no silent conversion, no text that two readers see differently."""

import json
import unicodedata
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm.kit import schema
from crm.kit.schema import (
    Count,
    Country,
    Currency,
    Id,
    In,
    IsoDate,
    IsoInstant,
    Language,
    Lax,
    Line,
    Money,
    OptionalLine,
    Words,
    clean_text,
)


class Colour(StrEnum):
    RED = "red"


class Form(In):
    line: Line = "x"
    maybe: OptionalLine = ""
    words: Words = "x"
    day: IsoDate = date(2026, 1, 1)
    at: IsoInstant = datetime(2026, 1, 1, tzinfo=UTC)
    money: Money = 0
    count: Count = 0
    colour: Annotated[Colour, Lax] = Colour.RED
    identity: Id | None = None
    country: Country = "CN"
    currency: Currency = "CNY"
    language: Language = "zh"


def fits(**given: Any) -> bool:
    try:
        Form.model_validate_json(json.dumps(given))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "given",
    [
        {"line": "O'Brien"},
        {"line": "欧阳"},
        {"line": "𠮷田"},
        {"line": "x" * 120},
        {"line": "👩‍🚀"},
        {"line": "null"},
        {"line": "--"},
        {"words": "two\nlines\tand a tab"},
        {"maybe": "  "},
        {"day": "2024-02-29"},
        {"at": "2026-11-24T12:00:00Z"},
        {"at": "2026-11-24T12:00:00+14:00"},
        {"money": -1},
        {"money": 10**12},
        {"colour": "red"},
        {"identity": str(uuid4())},
        {"language": "zh-Hans-CN"},
    ],
)
def test_fits(given: dict[str, Any]) -> None:
    assert fits(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"line": ""},
        {"line": " \u3000 "},
        {"line": "x" * 121},
        {"line": "a\x00b"},
        {"line": "a\nb"},
        {"line": "a\u202eb"},
        {"line": "a\u2066b"},
        {"line": "a\ufffeb"},
        {"line": "a\x85b"},
        {"line": "e" + "\u0301" * 12},
        {"line": 12},
        {"line": None},
        {"words": "x" * 4001},
        {"words": "a\x07b"},
        {"day": "2023-02-29"},
        {"day": "1900-02-29"},
        {"day": "0000-00-00"},
        {"day": "1899-12-31"},
        {"day": "9999-12-31"},
        {"day": "20240229"},
        {"day": "2026-W05-1"},
        {"day": "2024-01-01T00:00:00"},
        {"day": "29/02/2024"},
        {"day": 0},
        {"day": 1700000000},
        {"at": "2026-11-24T12:00:00"},
        {"at": "yesterday"},
        {"at": 0},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-12:00"},
        {"money": "12"},
        {"money": 1.0},
        {"money": True},
        {"money": 10**12 + 1},
        {"count": -1},
        {"count": 2**63},
        {"colour": "RED"},
        {"colour": "blue"},
        {"identity": "1"},
        {"country": "cn"},
        {"country": "CHN"},
        {"currency": "rmb"},
        {"language": "chinese"},
        {"unknown": 1},
    ],
)
def test_does_not_fit(given: dict[str, Any]) -> None:
    assert not fits(**given)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e309"])
def test_no_number_without_end(number: str) -> None:
    with pytest.raises(ValidationError):
        Form.model_validate_json(f'{{"money": {number}}}')


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Anna\u3000", "Anna"),
        ("Mu\u0308ller", "Müller"),
        ("\u3000王 伟 ", "王 伟"),
        ("a\u200db", "a\u200db"),
    ],
)
def test_text_is_trimmed_and_composed(raw: str, kept: str) -> None:
    assert clean_text(raw) == kept


def test_lines_end_one_way() -> None:
    assert Form(words="a\r\nb").words == "a\nb"


@given(st.text())
def test_whatever_is_kept_is_clean_and_stays_as_it_is(raw: str) -> None:
    try:
        kept = clean_text(raw)
    except Exception:  # noqa: BLE001 - refused is an answer too
        return
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()
    assert not set(kept) & schema._FORBIDDEN
    assert not {unicodedata.category(char) for char in kept} & {"Cc", "Cs"}
    assert clean_text(kept) == kept
    kept.encode()


@given(st.dates())
def test_dates_come_back_as_they_went(day: date) -> None:
    inside = date(1900, 1, 1) <= day <= date(2199, 12, 31)
    assert fits(day=day.isoformat()) is inside


def test_an_input_cannot_be_changed_afterwards() -> None:
    form = Form()
    with pytest.raises(ValidationError):
        form.line = "other"  # type: ignore[misc]
