"""What a typed query can be: one box for everything, so every kind of key is considered."""

import re
from dataclasses import dataclass, field

from crm.guests.emails import EMAIL_MAX
from crm.guests.keys import QueryToken, name_key, plate_key, query_tokens
from crm.guests.phones import DEFAULT_REGION, read_phone
from crm.guests.scripts import fold, has_cjk
from crm.kit.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH

QUERY_MAX = 100
_PHONE = re.compile(r"^\+?[\d\s().\-/]+$")
_ROOM = re.compile(r"^(?=.*\d)[A-Z]{0,2}-?\d{1,5}[A-Z]?$")
_CODE = re.compile(r"^(?=.*\d)[A-Z0-9][A-Z0-9\-/_]{2,38}[A-Z0-9]$")
_GUEST_REF = re.compile(rf"^G-?([{REFERENCE_ALPHABET}]{{{REFERENCE_LENGTH}}})$")
_COMPLAINT_REF = re.compile(r"^C-?(\d{1,9})$")
_PLATE = re.compile(r"^(?=.*\d)[A-Z0-9]{4,10}$")
_CHINESE_PLATE = re.compile(r"^[一-龥][A-Z][A-Z0-9一-龥]{3,7}$")


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """Every reading of one query; None or empty where it cannot be that kind of key."""

    text: str
    phone_e164: str | None = None
    phone_digits: str | None = None
    email_prefix: str | None = None
    room: str | None = None
    code: str | None = None
    guest_ref: str | None = None
    complaint_no: int | None = None
    plate: str | None = None
    tokens: tuple[QueryToken, ...] = field(default=())
    letters: str = ""

    @property
    def phone_last4(self) -> str | None:
        return self.phone_digits[-4:] if self.phone_digits else None

    @property
    def may_have_a_typo(self) -> bool:
        """Latin words of five letters or more are forgiven one typo, typed with four or more."""
        return len(self.letters) >= 4

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        kinds = (self.phone_digits, self.email_prefix, self.room, self.code, self.guest_ref)
        return not self.tokens and not any(kinds) and self.plate is None


def read_query(q: str, region: str = DEFAULT_REGION) -> QueryPlan:
    """Read what was typed into the box; never raises, longer text is cut at 100 characters."""
    text = fold(q[: QUERY_MAX * 2])[:QUERY_MAX].strip()
    upper = text.upper().replace(" ", "")
    digits = _phone_digits(text)
    tokens = query_tokens(text)
    return QueryPlan(
        text=text,
        phone_e164=_phone(text, digits, region),
        phone_digits=digits,
        email_prefix=_email_prefix(text),
        room=upper if _ROOM.match(upper) and len(upper) <= 6 else None,
        code=upper if _CODE.match(upper) else None,
        guest_ref=f"G-{found.group(1)}" if (found := _GUEST_REF.match(upper)) else None,
        complaint_no=int(found.group(1)) if (found := _COMPLAINT_REF.match(upper)) else None,
        plate=_plate(text),
        tokens=() if "@" in text or (digits and len(digits) > 6) else tokens,
        letters=_letters(text),
    )


def _phone_digits(text: str) -> str | None:
    """The digits, if it can be a phone or the end of one: four to fifteen of them."""
    if not _PHONE.match(text):
        return None
    digits = "".join(char for char in text if char.isdigit())
    return digits if 4 <= len(digits) <= 17 and digits.isascii() else None


def _phone(text: str, digits: str | None, region: str) -> str | None:
    if digits is None or len(digits) < 7:
        return None
    return read_phone(text, region).e164


def _email_prefix(text: str) -> str | None:
    if " " in text or not text.isprintable() or text.count("@") > 1 or len(text) > EMAIL_MAX:
        return None
    local = text.partition("@")[0]
    if "@" in text:
        return text if local else None
    plain = text.isascii() and len(text) >= 3 and text[0].isalnum()
    return text if plain and any(char in text for char in "._") else None


def _plate(text: str) -> str | None:
    key = plate_key(text)
    upper = key.upper()
    if not key or text[:1] == "+" or "@" in text:
        return None
    return key if _PLATE.match(upper) or _CHINESE_PLATE.match(upper) else None


def _letters(text: str) -> str:
    """The text for typo search: Latin words only, empty where digits or CJK stand in it."""
    if has_cjk(text) or any(char.isdigit() for char in text) or "@" in text:
        return ""
    return name_key(text)
