"""What can be said about a company without a database: its search key, contracts, birthdays."""

import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, lru_cache

from opencc import OpenCC

from crm.companies.terms import ENDS_SOON_DAYS, NAME_MAX, BirthCalendar, ContractState
from crm.kit import lunar, pinyin

KEY_MAX = NAME_MAX * 2
_BY = "|"
_HAN_FIRST, _HAN_LAST = "\u3400", "\u9fff"


def company_key(name: str, name_latin: str | None = None) -> str:
    """What a company is found and sorted by: pinyin first, then the names, then initials.

    ``company_key("恒瑞医疗", "Hengrui Medical")`` is
    ``hengruiyiliao|恒瑞医疗|hengrui medical|hryl``.
    """
    parts: dict[str, None] = {}
    for text in (name, name_latin or ""):
        folded = fold_name(text)
        if any(map(_is_han, folded)):
            syllables = _syllables(folded)
            parts["".join(syllables)] = None
            parts[folded] = None
            parts["".join(s[0] for s in syllables)] = None
        elif folded:
            parts[folded] = None
    key = ""
    for part in sorted(parts, key=_is_short_latin):
        longer = f"{key}{_BY}{part}" if key else part[:KEY_MAX]
        if len(longer) > KEY_MAX:
            break
        key = longer
    return key


def is_named(key: str, folded: str) -> bool:
    """Whether one of the names in a key is exactly this one."""
    return folded in key.split(_BY)


@lru_cache(maxsize=8192)
def fold_name(text: str) -> str:
    """Lower case, no diacritics, Chinese simplified, words parted by one space; no ``|``."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
    words = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", kept))
    return " ".join("".join(map(_simplified, words)).split())


def _is_short_latin(part: str) -> bool:
    """Initials go last, so that they do not decide the order of a list."""
    return part.isascii() and len(part) <= 4


def _is_han(char: str) -> bool:
    return _HAN_FIRST <= char <= _HAN_LAST


def _syllables(folded: str) -> list[str]:
    """Pinyin of the Chinese, other letters as they are; ü is written v."""
    return [part for part in pinyin.syllables(folded.replace(" ", "")) if part]


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=16_384)
def _simplified(char: str) -> str:
    if not _is_han(char):
        return char
    converted = str(_converter().convert(char))
    return converted if len(converted) == 1 else char


def contract_state(starts_on: date, ends_on: date, today: date) -> ContractState:
    """Where a contract stands; the last day still belongs to it."""
    if today < starts_on:
        return ContractState.COMING
    if today > ends_on:
        return ContractState.ENDED
    if ends_on - today <= timedelta(days=ENDS_SOON_DAYS):
        return ContractState.ENDS_SOON
    return ContractState.RUNNING


def leading_contract(
    spans: Iterable[tuple[date, date]], today: date
) -> tuple[date, ContractState] | None:
    """The end and state of the contract that counts: the running one that lasts longest,
    else the next one to come, else the last that ended; None without any."""
    found = [(contract_state(start, end, today), start, end) for start, end in spans]
    running = [
        (end, state)
        for state, _, end in found
        if state in {ContractState.RUNNING, ContractState.ENDS_SOON}
    ]
    if running:
        return max(running)
    coming = [(start, end) for state, start, end in found if state is ContractState.COMING]
    if coming:
        return min(coming)[1], ContractState.COMING
    ended = [end for *_, end in found]
    return (max(ended), ContractState.ENDED) if ended else None


def birthday_fault(
    calendar: BirthCalendar, year: int | None, month: int, day: int, *, leap: bool = False
) -> str | None:
    """Why this month and day (with a year, if known) is no birthday; None if it can be one."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return "birthday_impossible"
    if calendar is BirthCalendar.LUNAR:
        return _lunar_fault(year, month, day, leap)
    # 2000 stands for an unknown year, because it has a 29 February.
    if leap:
        return "birthday_leap_flag"
    if day > monthrange(2000 if year is None else year, month)[1]:
        return "birthday_impossible"
    return None


def _lunar_fault(year: int | None, month: int, day: int, leap: bool) -> str | None:
    if day > 30:
        return "birthday_impossible"
    if year is None or not lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR:
        return None
    if leap and lunar.leap_month(year) != month:
        return "birthday_no_leap_month"
    return "birthday_impossible" if day > (lunar.month_length(year, month, leap) or 0) else None


def masked_phone(phone: str | None) -> str | None:
    """The last four digits, as lists show them."""
    if not phone:
        return None
    digits = [c for c in phone if c.isdigit()]
    return "•••• " + "".join(digits[-4:]) if len(digits) > 6 else "••••"


def masked_email(email: str | None) -> str | None:
    """The first letter and the domain."""
    if not email or "@" not in email:
        return None
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
