"""Which column becomes which field: guessed from headers and samples, chosen by people, saved.

A mapping is plain data (the REST interface and presets carry it as JSON); `RowReader` is the
same mapping made ready for a million rows.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import Field as PydanticField

from crm.guests.emails import read_email
from crm.guests.phones import read_phone
from crm.intake import values as v
from crm.intake.faults import FILE_FAULTS, Fault, ValueRefused
from crm.intake.fields import FIELDS, NEEDED, Sort, TargetField
from crm.intake.guessing import mojibake
from crm.intake.memo import ColumnMemo
from crm.intake.reading import SourceRow
from crm.intake.terms import ColumnRule, ImportKind
from crm.intake.workbook import NUMBER
from crm.kit.errors import Invalid
from crm.kit.schema import Country, Currency, HotelCode, In, Lax

FILE_SYSTEM = "file"

Values = dict[str, Any]
"""The readable fields of one row; fields that were blank are left out."""


class ColumnUse(In):
    """What one column is for. ``format`` is for dates and amounts only."""

    field: Annotated[str, PydanticField(max_length=40)]
    rule: Annotated[ColumnRule | None, Lax] = None
    format: Annotated[str, PydanticField(max_length=16)] | None = None


class ImportMapping(In):
    """How to read a file of one kind. A column's use may be shortened to its field's name.

    ``system`` names the other system whose numbers the file carries; ``currency`` and
    ``country`` serve rows that do not say their own (``country`` for phones without a code).
    """

    system: Annotated[str, PydanticField(pattern=r"^[a-z0-9][a-z0-9_-]{0,38}$")] = FILE_SYSTEM
    columns: dict[str, ColumnUse | str] = PydanticField(default_factory=dict, max_length=500)
    currency: Currency | None = None
    country: Country | None = None
    hotel: HotelCode | None = None

    def uses(self) -> dict[str, ColumnUse]:
        """Column → its use, short forms written out."""
        return {
            name: ColumnUse(field=use) if isinstance(use, str) else use
            for name, use in self.columns.items()
        }


@dataclass(frozen=True)
class Setting:
    """What rows may lean on: today's date and what holds for rows that do not say their own."""

    today: date
    currency: str = "CNY"
    country: str = "CN"


@dataclass(slots=True)
class Reading:
    """What one row says: its values, or the faults that keep it out."""

    values: Values = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class ColumnGuess:
    """A proposal for one column; ``by`` says what it rests on: header, content, or nothing."""

    column: str
    field: str | None
    by: str
    format: str | None
    samples: list[str]


def refused(code: str, pointer: str = "/mapping") -> Invalid:
    """The error that stops a file because of its mapping."""
    return Invalid(FILE_FAULTS[code], code, pointer=pointer)


# ------------------------------------------------------------------ guessing


def guess_columns(
    kind: ImportKind, header: list[str], samples: list[list[str]]
) -> list[ColumnGuess]:
    """A field for every column that names or shows one; each field at most once."""
    taken: set[str] = set()
    by_header = [_field_of(kind, name, taken) for name in header]
    guesses = []
    for place, name in enumerate(header):
        column = [row[place] for row in samples if place < len(row) and row[place]]
        found, by = by_header[place], "header"
        if found is None and name:
            found, by = _field_by_content(kind, column, taken), "content"
        style = None
        if found is not None and FIELDS[kind][found].sort is Sort.DATE:
            style = v.likely_date_style(column)
        guesses.append(ColumnGuess(name, found, by if found else "nothing", style, column[:5]))
    return guesses


def _field_of(kind: ImportKind, name: str, taken: set[str]) -> str | None:
    found = _spellings(kind).get(folded(name))
    if found is None or found in taken:
        return None
    taken.add(found)
    return found


@cache
def _spellings(kind: ImportKind) -> dict[str, str]:
    known: dict[str, str] = {}
    for target in FIELDS[kind].values():
        for spelling in (target.name, target.label, *target.headers):
            known.setdefault(folded(spelling), target.name)
    return known


def folded(name: str) -> str:
    """A header without case, blanks and punctuation; full-width letters made plain."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", text)


def _field_by_content(kind: ImportKind, column: list[str], taken: set[str]) -> str | None:
    """Phones and addresses show themselves; nothing else is safe to guess by content."""
    if len(column) < 2:
        return None
    for target, fits in (("email", _is_email), ("phone", _is_phone)):
        if target in FIELDS[kind] and target not in taken and all(map(fits, column)):
            taken.add(target)
            return target
    return None


def _is_email(text: str) -> bool:
    return "@" in text and read_email(text).valid


def _is_phone(text: str) -> bool:
    return len(text) >= 10 and "." not in text and read_phone(text).valid


def mapping_of(guesses: list[ColumnGuess], base: ImportMapping | None = None) -> ImportMapping:
    """The proposal as a mapping. Day-or-month order is never taken over by itself."""
    columns: dict[str, ColumnUse | str] = {g.column: g.field for g in guesses if g.field}
    if base is None:
        return ImportMapping(columns=columns)
    return base.model_copy(update={"columns": columns})


# ------------------------------------------------------------------ reading rows

Reader = Callable[[str, "Setting", Values], Any]

BLANK = object()
"""What a memo keeps for a cell that says nothing."""

_REPEATED = frozenset(
    {Sort.DATE, Sort.WHOLE, Sort.YES_NO, Sort.CHOICE, Sort.COUNTRY, Sort.LANGUAGE, Sort.CURRENCY,
     Sort.CLOCK}
)  # fmt: skip
"""Sorts of which a file has few values, and each the same in every row."""


class RowReader:
    """A mapping made ready: reads a row's cells into fields, with a reason for each refusal."""

    def __init__(
        self, kind: ImportKind, header: list[str], mapping: ImportMapping, setting: Setting
    ) -> None:
        self.kind = kind
        self.rules: dict[str, ColumnRule] = {}
        self._setting = setting
        self._columns: list[tuple[int, str, TargetField, Reader, ColumnMemo | None]] = []
        self._wide = len(header)
        self._compile(header, mapping)

    def _compile(self, header: list[str], mapping: ImportMapping) -> None:
        places = {name: n for n, name in enumerate(header)}
        targets = FIELDS[self.kind]
        for column, use in mapping.uses().items():
            if column not in places:
                raise refused("column_missing", "/mapping/columns")
            if (target := targets.get(use.field)) is None:
                raise refused("unknown_field", "/mapping/columns")
            if target.name in self.rules:
                raise refused("field_twice", "/mapping/columns")
            self.rules[target.name] = use.rule or default_rule(self.kind)
            reader = _reader_of(target, use.format or "auto")
            self._columns.append(
                (places[column], column, target, reader, self._memo(target, reader))
            )
        if not self._columns:
            raise refused("nothing_mapped", "/mapping/columns")
        if any(not self.rules.keys() & set(group) for group in NEEDED[self.kind]):
            raise refused("key_missing", "/mapping/columns")
        # Currency and countries first: amounts and phones of the row are read by them.
        self._columns.sort(key=lambda c: c[2].sort not in (Sort.CURRENCY, Sort.COUNTRY))

    def _memo(self, target: TargetField, reader: Reader) -> ColumnMemo | None:
        """What cells of the column were, if their meaning hangs on nothing else in the row."""
        if target.sort not in _REPEATED and not (target.sort is Sort.TEXT and target.limit <= 40):
            return None
        return ColumnMemo(lambda cell: BLANK if _blank(cell) else reader(cell, self._setting, {}))

    def column_of(self, name: str) -> str:
        """The file's column for a field, for reasons; the field's own name if none is mapped."""
        return next((c for _, c, target, *_ in self._columns if target.name == name), name)

    def read(self, row: SourceRow) -> Reading:
        """Every readable field, or the faults of all unreadable ones."""
        if row.fault is not None:
            return Reading(faults=[Fault("", row.fault)])
        reading = Reading()
        values, cells = reading.values, row.cells
        for place, column, target, reader, memo in self._columns:
            cell = cells[place]
            if not cell:
                continue
            if memo is not None:
                value, code = memo[cell]
                if code is not None:
                    reading.faults.append(Fault(column, code))
                elif value is not BLANK:
                    values[target.name] = value
            elif not _blank(cell):
                try:
                    values[target.name] = reader(cell, self._setting, values)
                except ValueRefused as refusal:
                    reading.faults.append(Fault(column, refusal.code))
        return reading


def _blank(cell: str) -> bool:
    return not v.tidy(cell.removeprefix(NUMBER))


def default_rule(kind: ImportKind) -> ColumnRule:
    """People's own data are filled in only; what a system books is taken as it now says."""
    return ColumnRule.IF_BLANK if kind is ImportKind.GUESTS else ColumnRule.OVERWRITE


def _reader_of(target: TargetField, style: str) -> Reader:
    allowed = {Sort.DATE: v.DATE_FORMATS, Sort.AMOUNT: v.NUMBER_FORMATS}.get(target.sort, ("auto",))
    if style not in allowed:
        raise refused("bad_format", "/mapping/columns")
    if target.sort is Sort.DATE:
        return lambda cell, _, __: v.read_date(
            cell.removeprefix(NUMBER), style, typed=cell.startswith(NUMBER)
        )
    if target.sort is Sort.AMOUNT:
        return lambda cell, setting, values: v.read_amount(
            cell.removeprefix(NUMBER),
            values.get("currency", setting.currency),
            "1,234.56" if cell.startswith(NUMBER) else style,
        )
    if target.sort is Sort.PHONE:
        return lambda cell, setting, values: v.read_phone_cell(
            cell.removeprefix(NUMBER), values.get("country") or setting.country
        )
    read = _plain_reader(target)
    return lambda cell, _, __: read(cell.removeprefix(NUMBER))


def _plain_reader(target: TargetField) -> Callable[[str], Any]:
    limit, low = target.limit, target.low
    readers: dict[Sort, Callable[[str], Any]] = {
        Sort.TEXT: lambda cell: v.read_text(cell, limit),
        Sort.NAME: lambda cell: _read_name(cell, limit),
        Sort.WORDS: lambda cell: v.read_words(cell, limit),
        Sort.ID: lambda cell: v.read_id(cell, limit),
        Sort.WHOLE: lambda cell: v.read_whole(cell, low, limit),
        Sort.YES_NO: v.read_yes_no,
        Sort.CHOICE: v.read_choice(target.words),
        Sort.COUNTRY: v.read_country,
        Sort.LANGUAGE: v.read_language,
        Sort.CURRENCY: v.read_currency,
        Sort.EMAIL: v.read_email_cell,
        Sort.CLOCK: lambda cell: v.read_clock(cell).time(),
    }
    return readers[target.sort]


def _read_name(cell: str, limit: int) -> str:
    text = v.read_text(cell, limit)
    if mojibake(text):
        raise ValueRefused("mojibake")
    return text
