"""Reading a phone as people write it: E.164 beside the raw text, and its masked form."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

RAW_MAX = 40
DEFAULT_REGION = "CN"
_CACHED = 65_536

_EXTENSION = re.compile(
    r"(?:转接?|轉接?|分机|分機|内线|內線|extension|extn|ext|доб|\bx|;ext=|#)[\s.:：=号]*(\d{1,7})\s*$",
    re.IGNORECASE,
)
_EXCEL_FLOAT = re.compile(r"^\d(\.\d+)?e\+?\d+$", re.IGNORECASE)
_WORDS = re.compile(r"\([^()]*[^\W\d_][^()]*\)|[^\W\d_]+[.:：]?")
_INTERNATIONAL = re.compile(r"^[\s(]*00[\s()./-]*(?=[1-9])")


class PhoneKind(StrEnum):
    """What a number is for; ``UNKNOWN`` for all that are not valid."""

    MOBILE = "mobile"
    FIXED = "fixed"
    EITHER = "either"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """What was made of a raw phone.

    ``e164`` is set when the number has a possible length, ``valid`` only when its range is in
    use: only valid numbers may match guests with each other.
    """

    raw: str
    e164: str | None
    last4: str | None
    valid: bool
    kind: PhoneKind
    extension: str | None = None


_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.EITHER,
}


@lru_cache(maxsize=_CACHED)
def read_phone(raw: str, default_region: str = DEFAULT_REGION) -> PhoneReading:
    """Read any way of writing a phone; never raises.

    ``default_region`` (ISO 3166-1 alpha-2) is where a number without country code belongs.
    Cached, since the library takes 40-70 µs a number.
    """
    text = unicodedata.normalize("NFKC", raw).strip()[: RAW_MAX * 2]
    if _EXCEL_FLOAT.match(text):
        return PhoneReading(raw, None, None, False, PhoneKind.UNKNOWN)
    number, extension = _split_extension(text)
    number = _WORDS.sub(" ", number.removeprefix("tel:"))
    digits = _digits(number)
    parsed = _parse(number, digits, default_region)
    if parsed is None:
        return PhoneReading(raw, None, digits[-4:] or None, False, PhoneKind.UNKNOWN, extension)
    valid = phonenumbers.is_valid_number(parsed)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    kind = _KINDS.get(phonenumbers.number_type(parsed), PhoneKind.OTHER)
    return PhoneReading(
        raw, e164, e164[-4:], valid, kind if valid else PhoneKind.UNKNOWN, extension
    )


def _digits(text: str) -> str:
    """ASCII digits only; Arabic and Thai digits are turned into them."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def _split_extension(text: str) -> tuple[str, str | None]:
    found = _EXTENSION.search(text)
    if found is None or len(_digits(text[: found.start()])) < 5:
        return text, None
    return text[: found.start()], found.group(1)


def _parse(number: str, digits: str, region: str) -> PhoneNumber | None:
    """The best reading: as written, 00 as +, and a country code without its plus."""
    international = _INTERNATIONAL.sub("+", number)
    candidates = [_possible(international, region)]
    if international == number and not number.lstrip(" (").startswith("+"):
        candidates.append(_possible("+" + digits, None))
        candidates[1:] = [c for c in candidates[1:] if c and phonenumbers.is_valid_number(c)]
    found = [c for c in candidates if c is not None]
    return next((c for c in found if phonenumbers.is_valid_number(c)), found[0] if found else None)


def _possible(text: str, region: str | None) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


@lru_cache(maxsize=_CACHED)
def masked_phone(e164_or_raw: str) -> str:
    """Country code and the last four digits, for lists: ``+86 •••• 8866``."""
    digits = _digits(unicodedata.normalize("NFKC", e164_or_raw))
    if len(digits) < 8:
        return "••••"
    tail = f"•••• {digits[-4:]}"
    if not e164_or_raw.startswith("+"):
        return tail
    parsed = _possible(e164_or_raw, None)
    return tail if parsed is None else f"+{parsed.country_code} {tail}"


def shown_phone(e164: str) -> str:
    """The number as people of its country group it, with the country code."""
    parsed = _possible(e164, None)
    if parsed is None:
        return e164
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
