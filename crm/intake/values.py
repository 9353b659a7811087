"""Reads single cells: dates, amounts, numbers, yes and no, countries, languages, contacts.

Every reader takes a stripped, non-empty text and answers a value or raises `ValueRefused` with
a code; nothing else ever leaves here. Nothing is guessed where two readings are possible.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from pydantic_core import PydanticCustomError

from crm.guests.emails import EmailReading, read_email
from crm.guests.phones import PhoneReading, read_phone
from crm.intake.faults import ValueRefused
from crm.intake.places import country_of, language_of, precision_of
from crm.kit.csv_io import CELL_MAX
from crm.kit.schema import MONEY_MAX, clean_text

DATE_FORMATS: Final = ("auto", "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "yyyymmdd")
NUMBER_FORMATS: Final = ("auto", "1,234.56", "1.234,56")

_BLANKS = frozenset({"", "NULL", "\\N", "#N/A", "N/A", "n/a", "(null)", "#NULL!"})
_SCIENTIFIC = re.compile(r"^\d([.,]\d+)?[eE]\+?\d+$")
_WHOLE = re.compile(r"^[+-]?\d{1,12}([.,]0+)?$")
_TRUE = frozenset({"1", "y", "yes", "true", "t", "x", "是", "有", "√", "对", "ja", "oui"})
_FALSE = frozenset({"0", "n", "no", "false", "f", "否", "无", "没有", "×", "nein", "non", "-"})


def tidy(cell: str) -> str:
    """NFKC for what is no name (full-width digits, ideographic blanks), stripped; "" if blank."""
    text = cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()
    return "" if text in _BLANKS else text


def read_text(cell: str, limit: int) -> str:
    """One line of text, NFC, at most ``limit`` characters: text_characters, too_long."""
    if len(cell) > limit * 4 or len(cell) > CELL_MAX:
        raise ValueRefused("too_long")
    text = _cleaned(" ".join(cell.split()))
    if len(text) > limit:
        raise ValueRefused("too_long")
    return text


def read_words(cell: str, limit: int) -> str:
    """Text of several lines: text_characters, too_long."""
    if len(cell) > limit * 4:
        raise ValueRefused("too_long")
    text = _cleaned(cell.replace("\r\n", "\n").replace("\r", "\n"), lines=True)
    if len(text) > limit:
        raise ValueRefused("too_long")
    return text


def _cleaned(text: str, *, lines: bool = False) -> str:
    if text.isascii() and text.isprintable():
        return text.strip()
    try:
        return clean_text(text, lines=lines)
    except PydanticCustomError:
        raise ValueRefused("text_characters") from None


def read_id(cell: str, limit: int) -> str:
    """An id or number of another system: ``9.0`` is ``9``, a cut ``1.38E+10`` is refused."""
    text = read_text(tidy(cell), limit)
    if _SCIENTIFIC.match(text):
        raise ValueRefused("scientific")
    whole = re.fullmatch(r"(\d+)\.0+", text)
    return whole.group(1) if whole else text


def read_whole(cell: str, low: int, high: int) -> int:
    """A whole number (``2.0`` counts as 2): not_a_number, number_range."""
    text = tidy(cell)
    if not _WHOLE.match(text) or not text.isascii():
        raise ValueRefused("scientific" if _SCIENTIFIC.match(text) else "not_a_number")
    number = int(re.split("[.,]", text)[0])
    if not low <= number <= high:
        raise ValueRefused("number_range")
    return number


def read_yes_no(cell: str) -> bool:
    """Yes and no in the words of both languages: not_a_yes_or_no."""
    text = tidy(cell).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueRefused("not_a_yes_or_no")


# ------------------------------------------------------------------ money

_AMOUNT = re.compile(r"^\d[\d.,' \u00a0\u202f]*$|^[.,]\d+$")
_MARKS = re.compile(r"^[^\d.,()+\-−]{0,4}|[^\d.,()+\-−]{0,4}$")


def read_amount(cell: str, currency: str, style: str = "auto") -> int:
    """An amount in minor units of ``currency`` (ISO 4217).

    ``-62``, ``(62.00)``, ``¥1,234.50``, ``1.234,50``; with style "auto" an amount like
    ``1,234`` is refused, since it may be a thousand or one and a bit.
    """
    text = tidy(cell).replace("−", "-")
    if _SCIENTIFIC.match(text):
        raise ValueRefused("scientific")
    negative, text = _sign(text)
    whole, decimals = _cut_decimals(text, style)
    places = precision_of(currency)
    if len(decimals.rstrip("0")) > places:
        raise ValueRefused("amount_decimals")
    if len(whole) > 13:
        raise ValueRefused("amount_range")
    minor = int((whole or "0") + decimals.rstrip("0").ljust(places, "0"))
    if minor > MONEY_MAX:
        raise ValueRefused("amount_range")
    return -minor if negative else minor


def _sign(text: str) -> tuple[bool, str]:
    text = _MARKS.sub("", text).strip()
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    elif text.endswith("-"):
        negative, text = True, text[:-1].strip()
    elif text[:1] in "+-":
        negative, text = text[:1] == "-", text[1:].strip()
    text = _MARKS.sub("", text).strip()
    if not text.isascii() and not _AMOUNT.match(text):
        raise ValueRefused("not_an_amount")
    return negative, text


def _cut_decimals(text: str, style: str) -> tuple[str, str]:
    """Whole digits and decimal digits, thousands marks taken away."""
    text = re.sub(r"[' \u00a0\u202f]", "", text)
    if not _AMOUNT.match(text):
        raise ValueRefused("not_an_amount")
    mark = _decimal_mark(text, style)
    whole, _, decimals = text.rpartition(mark) if mark else (text, "", "")
    thousands = [m for m in ",." if m != mark or not mark]
    pieces = re.split("[" + re.escape("".join(thousands)) + "]", whole)
    if len(pieces) > 1 and (not 1 <= len(pieces[0]) <= 3 or any(len(p) != 3 for p in pieces[1:])):
        raise ValueRefused("not_an_amount")
    digits = "".join(pieces)
    if not (digits + decimals).isdigit():
        raise ValueRefused("not_an_amount")
    return digits.lstrip("0"), decimals


def _decimal_mark(text: str, style: str) -> str:
    if style != "auto":
        mark = "." if style == "1,234.56" else ","
        return mark if mark in text else ""
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        return "." if text.rindex(".") > text.rindex(",") else ","
    if dots + commas != 1:
        return ""
    mark = "." if dots else ","
    if len(text.rpartition(mark)[2]) == 3 and text[0] not in "0.,":
        raise ValueRefused("amount_ambiguous")
    return mark


def read_currency(cell: str) -> str:
    """An ISO 4217 code, or the words 人民币, RMB, ¥ for CNY: not_a_currency."""
    text = tidy(cell).upper()
    text = {"RMB": "CNY", "人民币": "CNY", "¥": "CNY", "元": "CNY", "€": "EUR"}.get(text, text)
    try:
        precision_of(text)
    except KeyError:
        raise ValueRefused("not_a_currency") from None
    return text


# ------------------------------------------------------------------ dates

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sep sept", "october oct", "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CHINESE_MONTHS = {
    name + "月": n
    for n, name in enumerate(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), start=1
    )
}

_TIME = re.compile(
    r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$")
_TWO_DIGITS = re.compile(r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL = re.compile(r"^\d{4,5}(\.\d+)?$")
_DAY_WORD = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([A-Za-z]+)\.?,?[-/. ]+(\d{4})$")
_WORD_DAY = re.compile(r"^([A-Za-z]+)\.?[-/. ]+(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(\d{4})$")
_EPOCH = date(1899, 12, 30)


def read_date(cell: str, style: str = "auto", *, typed: bool = False) -> date:
    """A calendar date between 1900 and 2199.

    Year first and month names are read as they are; ``05/06/2026`` needs the style
    ``dd/mm/yyyy`` or ``mm/dd/yyyy``. ``typed`` says that the workbook itself knows the cell as
    a number: only then is 45000 a day number.
    """
    text = tidy(cell)
    moment = _TIME.search(text)
    if moment is not None:
        if moment.group("zone"):
            raise ValueRefused("date_zone")
        text = text[: moment.start()]
    year, month, day = _parts(text, style, typed=typed)
    if not 1900 <= year <= 2199:
        raise ValueRefused("date_range")
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise ValueRefused("date_impossible")
    return date(year, month, day)


def _parts(text: str, style: str, *, typed: bool) -> tuple[int, int, int]:
    if not text.isascii() and "年" not in text:
        raise ValueRefused("not_a_date")
    if found := _YEAR_FIRST.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.match(text):
        return _day_or_month(int(found[1]), int(found[2]), int(found[3]), style)
    if (found := _COMPACT.match(text)) and (style in {"auto", "yyyymmdd"}):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_WORD.match(text):
        return int(found[3]), read_month(found[2]), int(found[1])
    if found := _WORD_DAY.match(text):
        return int(found[3]), read_month(found[1]), int(found[2])
    if _TWO_DIGITS.match(text):
        raise ValueRefused("date_two_digits")
    if _SERIAL.match(text):
        if not typed:
            raise ValueRefused("date_serial")
        day = _EPOCH + timedelta(days=int(float(text)))
        return day.year, day.month, day.day
    raise ValueRefused("not_a_date")


def _day_or_month(first: int, second: int, year: int, style: str) -> tuple[int, int, int]:
    if style == "dd/mm/yyyy":
        return year, second, first
    if style == "mm/dd/yyyy":
        return year, first, second
    if style != "auto":
        raise ValueRefused("not_a_date")
    if first == second:
        return year, first, second
    if first <= 12 and second <= 12:
        raise ValueRefused("date_ambiguous")
    return (year, first, second) if second > 12 else (year, second, first)


def read_month(cell: str) -> int:
    """A month by number or name (July, Jul, 7, 七月): not_a_date."""
    text = tidy(cell)
    if (named := _MONTHS.get(text.casefold()) or _CHINESE_MONTHS.get(text)) is not None:
        return named
    text = text.removesuffix("月")
    if re.fullmatch(r"\d{1,2}(\.0+)?", text) and 1 <= int(text.split(".")[0]) <= 12:
        return int(text.split(".")[0])
    raise ValueRefused("not_a_date")


def likely_date_style(samples: list[str]) -> str:
    """``dd/mm/yyyy`` or ``mm/dd/yyyy`` where a sample proves it, else ``auto``; a proposal only."""
    firsts, seconds = 0, 0
    for sample in samples:
        found = _YEAR_LAST.match(_TIME.sub("", tidy(sample)))
        if found:
            firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    if firsts > 12 >= seconds > 0:
        return "dd/mm/yyyy"
    return "mm/dd/yyyy" if seconds > 12 >= firsts > 0 else "auto"


def read_clock(cell: str) -> datetime:
    """A time of day as ``14:30``; the date of the answer means nothing: not_a_date."""
    found = re.fullmatch(r"(?:\d{4}-\d\d-\d\d[T ])?(\d{1,2}):(\d{2})(?::\d{2})?", tidy(cell))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueRefused("not_a_date")
    return datetime(2000, 1, 1, int(found[1]), int(found[2]))  # noqa: DTZ001 - a wall clock


# ------------------------------------------------------------------ words of the trade


def read_choice(words: dict[str, str]) -> Callable[[str], str]:
    """A reader for one of several words; ``words`` are casefolded spellings → our value."""

    def read(cell: str) -> str:
        found = words.get(tidy(cell).casefold())
        if found is None:
            raise ValueRefused("not_a_choice")
        return found

    return read


@lru_cache(maxsize=4096)
def read_country(cell: str) -> str:
    """ISO 3166-1 alpha-2 from two or three letters or a name in English or Chinese."""
    if (code := country_of(tidy(cell))) is None:
        raise ValueRefused("not_a_country")
    return code


@lru_cache(maxsize=4096)
def read_language(cell: str) -> str:
    """A BCP 47 tag from a tag or a name in English, Chinese or the language itself."""
    if (tag := language_of(tidy(cell))) is None:
        raise ValueRefused("not_a_language")
    return tag


# A file names each contact once: keeping what was read would only cost memory.
_read_phone = read_phone.__wrapped__
_read_email = read_email.__wrapped__

_CHINESE_MOBILE = re.compile(r"^(?P<code>\+86[ -]?)?(1\d{2})[ -]?(\d{4})[ -]?(\d{4})$")


@lru_cache(maxsize=20_000)
def _mobile_range(first_five: str) -> PhoneReading:
    """A Chinese mobile number's validity hangs on its first five digits alone."""
    return read_phone("+86" + first_five + "000000", "CN")


def read_phone_cell(cell: str, region: str) -> PhoneReading:
    """A phone with its raw text kept; invalid numbers are kept too, text without digits is not."""
    plain = _CHINESE_MOBILE.match(cell.strip()) if cell.isascii() else None
    if plain is not None and (plain["code"] or region == "CN"):
        # The usual number of a Chinese file, 50 times faster than the library's way.
        digits = "".join(plain.groups()[1:])
        like = _mobile_range(digits[:5])
        if like.valid:
            return PhoneReading(cell.strip(), "+86" + digits, digits[-4:], True, like.kind)
    raw = read_text(cell, 60)
    if _SCIENTIFIC.match(raw):
        raise ValueRefused("scientific")
    reading = _read_phone(re.sub(r"^(\d{5,})\.0+$", r"\1", raw), region)
    if reading.e164 is None and reading.last4 is None:
        raise ValueRefused("not_a_phone")
    if sum(c.isdigit() for c in raw) < 4:
        raise ValueRefused("not_a_phone")
    return reading


def read_email_cell(cell: str) -> EmailReading:
    """One e-mail address: not_an_email for anything that is not exactly one."""
    reading = _read_email(read_text(cell, 254))
    if not reading.valid:
        raise ValueRefused("not_an_email")
    return reading
