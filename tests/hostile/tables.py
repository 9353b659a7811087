"""Files as hotels send them, and worse: random tables, in random encodings, broken at random."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from crm.intake.fields import FIELDS, NEEDED
from crm.intake.mappers.generic_json import MessageKind
from crm.intake.terms import ImportKind
from crm.stays.terms import FolioCategory

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "latin-1")
DELIMITERS = (",", ";", "\t", "|")

_cells = st.one_of(
    st.sampled_from(
        [
            "", " ", "\u3000", "陈佳怡", "張偉", "O'Brien", "Müller", "寮犱笁", "𠮷田", "Ng",
            "=1+1", "+86 138 0013 8000", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", "＝1", "\t=1",
            "1.38E+10", "13800138000", "45000", "44927.5", "TRUE", "NULL", "#N/A", "#REF!",
            "2023-02-29", "29/02/2024", "02/03/04", "0000-00-00", "9999-12-31", "20240229",
            "闰六月初一", "民國113年", "2024年2月29日", "24-Feb-2024", "2024-02-29T10:00:00Z",
            "1,234.56", "1.234,56", "1 234,56", "¥88.00", "(12.00)", "1e309", "NaN", "1_000",
            "9" * 40, "0.1", "-0", "١٢٣", "a@b", "a@b.example, c@d.example", "x@例え.example",
            "a\0b", "a\u202eb", "e" + "\u0301" * 30, "\ufffd", "G-QZ7K2M", "HZ1", "<script>", "✓",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.dates().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.integers().map(str),
)  # fmt: skip
_few = st.one_of(_cells, _cells.map(lambda cell: cell * 40))


@dataclass(frozen=True)
class Sent:
    """A file with what was said of it."""

    kind: ImportKind
    content: bytes
    options: dict[str, Any]

    def __repr__(self) -> str:
        return f"Sent({self.kind.value}, {self.content[:400]!r}, {self.options})"


def headers_of(kind: ImportKind) -> list[str]:
    """Every header that means a field of this kind."""
    return [header for field in FIELDS[kind].values() for header in (field.name, *field.headers)]


@st.composite
def headers(draw: st.DrawFn, kind: ImportKind) -> list[str]:
    """Mostly the columns that a file needs and some more; now and then anything."""
    known = st.sampled_from(headers_of(kind))
    if draw(st.integers(0, 7)) == 0:
        return draw(st.lists(known | _cells, min_size=1, max_size=8))
    needed = [draw(st.sampled_from(group)) for group in NEEDED[kind]]
    others = [name for name in FIELDS[kind] if name not in needed]
    more = draw(st.lists(st.sampled_from(others), max_size=5, unique=True))
    return draw(st.permutations(needed + more))


@st.composite
def tables(draw: st.DrawFn) -> Sent:
    """A table that may be read, with wounds that real files have."""
    kind = draw(st.sampled_from(list(ImportKind)))
    header = draw(headers(kind))
    width = len(header)
    rows = draw(st.lists(st.lists(_few, min_size=width, max_size=width), min_size=0, max_size=12))
    if draw(st.booleans()):
        ragged = st.lists(_cells, max_size=width + 3)
        rows += draw(st.lists(ragged, max_size=3))
    delimiter = draw(st.sampled_from(DELIMITERS))
    out = io.StringIO(newline="")
    if draw(st.integers(0, 9)) == 0:
        out.write(f"sep={delimiter}\r\n")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ending = draw(st.sampled_from(["\r\n", "\n", "\r"]))
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerows([header, *rows])
    encoding = draw(st.sampled_from(ENCODINGS))
    content = out.getvalue().encode(encoding, errors="replace")
    content = draw(wounded(content))
    return Sent(kind, content, draw(options(encoding, delimiter)))


@st.composite
def wounded(draw: st.DrawFn, content: bytes) -> bytes:
    """The file as it left, or cut short, or with bytes that nobody meant in it."""
    match draw(st.integers(0, 5)):
        case 0:
            return content[: draw(st.integers(0, len(content)))]
        case 1:
            at = draw(st.integers(0, len(content)))
            wound = draw(
                st.sampled_from([b'"', b"\0", b"\xff", b"\xfe\xff", b"\r", b'",', b"\x1a"])
            )
            return content[:at] + wound + content[at:]
        case 2:
            return content + draw(st.binary(max_size=20))
    return content


@st.composite
def options(draw: st.DrawFn, encoding: str, delimiter: str) -> dict[str, Any]:
    """What may be said with a file, true or not."""
    told: dict[str, Any] = {"hotel": "HZ1"}
    if draw(st.booleans()):
        told["encoding"] = draw(
            st.sampled_from([encoding, "utf-8", "gb18030", "utf-16", "klingon"])
        )
    if draw(st.integers(0, 3)) == 0:
        told["delimiter"] = draw(st.sampled_from([delimiter, ",", ";", "x", "\t"]))
    if draw(st.integers(0, 5)) == 0:
        told["hotel"] = draw(st.sampled_from([None, "HZ1", "NOWHERE"]))
    return told


bytes_of_any_kind = st.builds(
    Sent,
    st.sampled_from(list(ImportKind)),
    st.binary(max_size=300)
    | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail)
    | st.binary(max_size=200).map(lambda tail: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + tail)
    | st.text(max_size=200).map(lambda text: text.encode("utf-16", errors="replace")),
    st.just({"hotel": "HZ1"}),
)

files = st.one_of(tables(), tables(), tables(), bytes_of_any_kind)

# ---------------------------------------------------------------- messages of hotel systems
Made = st.SearchStrategy[Any]


def mostly(sound: Made, odd: Made) -> Made:
    """Sound seven times of eight, so that a whole message often is."""
    return st.integers(0, 7).flatmap(lambda no: sound if no else odd)


_odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _cells, st.just([]))
_ids = st.sampled_from(["R-1", "R-2", "R-3"])
_words = mostly(st.sampled_from(["Zq 7", "陈佳怡", "O'Brien"]), _cells.map(lambda cell: cell[:60]))
_instants = mostly(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)).map(
        lambda at: f"{at.isoformat()}Z"
    ),
    st.sampled_from(
        ["2026-11-24T08:00:00+14:00", "1900-01-01T00:00:00Z", "yesterday", "2026-11-24T08:00:00",
         "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
    ),
)  # fmt: skip
_days = mostly(
    st.sampled_from(["2026-11-24", "2026-11-27", "2026-12-01"]),
    st.sampled_from(["2023-02-29", "1900-01-01", "2199-12-31", "", "2026-W05-1"]),
)
_amounts = mostly(st.integers(-(10**6), 10**6), st.integers(-(10**13), 10**13) | _odd)


def _some(**fields: Made) -> Made:
    """An object with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


_birthdays = st.fixed_dictionaries(
    {
        "month": mostly(st.integers(1, 12), st.integers(-1, 14)),
        "day": mostly(st.integers(1, 28), st.integers(-1, 40)),
    },
    optional={
        "year": mostly(st.integers(1930, 2010), st.integers(1800, 2200)),
        "calendar": mostly(st.sampled_from(["solar", "lunar"]), st.just("mayan")),
        "leap": st.booleans(),
    },
)
_guests = mostly(
    _some(
        profile_id=_ids, name=_words, latin=_words, phone=_words, email=_words, birthday=_birthdays
    ),
    st.none(),
)
_stay_facts: dict[str, Made] = {
    "arrival_on": _days,
    "departure_on": _days,
    "room_no": _words,
    "rate_minor": _amounts,
    "currency": mostly(st.sampled_from(["CNY", "USD"]), st.just("rmb")),
    "adults": mostly(st.integers(1, 4), st.integers(-1, 300)),
    "eta": mostly(st.just("15:30"), st.sampled_from(["25:00", "15:30Z"])),
    "wishes": _words,
    "reinstated": mostly(st.booleans(), _odd),
}
_lines = st.fixed_dictionaries(
    {
        "line_id": _ids,
        "posted_on": _days,
        "category": mostly(st.sampled_from([one.value for one in FolioCategory]), st.just("x")),
        "amount_minor": _amounts,
    }
)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message of a hotel system: often one that can be told, about one of three bookings."""
    kind = draw(mostly(st.sampled_from([one.value for one in MessageKind]), st.just("merge")))
    stay = {"reservation_id": draw(mostly(_ids, _cells))}
    stay |= draw(st.fixed_dictionaries({}, optional=_stay_facts))
    message = {
        "message_id": draw(mostly(st.uuids().map(str), _cells)),
        "source": draw(mostly(st.sampled_from(["opera", "mews"]), st.sampled_from(["UPPER", ""]))),
        "sent_at": draw(_instants),
        "hotel": draw(mostly(st.just("HZ1"), st.sampled_from(["NOWHERE", "hz1"]))),
        "kind": kind,
        "stay": stay,
    }
    if draw(st.booleans()):
        message["guest"] = draw(_guests)
    if kind == "folio" or draw(st.integers(0, 15)) == 0:
        message["lines"] = draw(st.lists(_lines, max_size=3))
    if draw(st.integers(0, 15)) == 0:
        message["unknown"] = draw(_odd)
    return message


def as_body(message: dict[str, Any]) -> bytes:
    """The message as it travels; what JSON has no word for goes as Python writes it."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", errors="surrogatepass")
