"""Takes payment-card numbers out of anything that came from outside, before it is stored.

Booking channels write them into remarks, sometimes with the security code. They may stand
nowhere in the database, the logs or an export. Pure, so that every door can use it.
"""

import re
from typing import Any

REMOVED = "[card number removed]"
CODE_REMOVED = "[code removed]"
SHORTEST, LONGEST = 13, 19
PHONE_DIGITS_MAX = 15

# Two separators at most between groups: a sentence of numbers is no card.
_RUN = re.compile(r"\d+(?:[ \t\u00a0\u2009\u3000.\-–_/]{1,2}\d+)*")
_GROUP = re.compile(r"\d+")
_CODE = re.compile(
    r"(?P<word>\b(?:cvc2?|cvv2?|cid|security code)\b|安全码|校验码)(?P<gap>\W{0,4})\d{3,4}(?!\d)",
    re.IGNORECASE,
)


def without_cards(text: str) -> tuple[str, int]:
    """The text without card numbers and their codes, and how many numbers were found."""
    found = 0

    def clean(run: re.Match[str]) -> str:
        nonlocal found
        cleaned, count = _clean_run(run.group())
        found += count
        return cleaned

    cleaned = _RUN.sub(clean, text)
    return _CODE.sub(lambda m: f"{m['word']}{m['gap']}{CODE_REMOVED}", cleaned), found


def _clean_run(run: str) -> tuple[str, int]:
    """Cut the cards out of digits with separators: whole groups that make up a number."""
    groups = list(_GROUP.finditer(run))
    parts: list[str] = []
    place = start = count = 0
    while start < len(groups):
        end = _card_from(groups, start)
        if end is None:
            start += 1
            continue
        parts += [run[place : groups[start].start()], REMOVED]
        place, start, count = groups[end].end(), end + 1, count + 1
    return "".join([*parts, run[place:]]), count


def _card_from(groups: list[re.Match[str]], start: int) -> int | None:
    """The last group of the longest card that begins with group ``start``."""
    digits, last = "", None
    for place in range(start, len(groups)):
        digits += groups[place].group()
        if len(digits) > LONGEST:
            break
        if is_card_number(digits):
            last = place
    return last


def is_card_number(digits: str) -> bool:
    """Whether digits have a card's length, an issuer's first digits and its check digit."""
    if not SHORTEST <= len(digits) <= LONGEST or not digits.isdecimal():
        return False
    plain = "".join(str(int(digit)) for digit in digits)
    return _has_issuer(plain) and _passes_luhn(plain)


def _has_issuer(digits: str) -> bool:
    """Visa, Mastercard, American Express, UnionPay, JCB, Diners, Discover, Maestro, Mir."""
    two, four = int(digits[:2]), int(digits[:4])
    return (
        digits[0] in "46"
        or 51 <= two <= 55
        or 2221 <= four <= 2720
        or 2200 <= four <= 2204
        or two in (30, 34, 35, 36, 37, 38, 50, 56, 57, 58, 81)
    )


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def scrubbed(document: Any, *, phones: frozenset[str] = frozenset()) -> tuple[Any, int]:
    """A JSON document with every string cleaned, and how many card numbers were in it.

    Fields named in ``phones`` keep what can be a phone number, which may look like a card by
    chance: at most fifteen digits.
    """
    return _Scrubber(phones).clean(document)


class _Scrubber:
    def __init__(self, phones: frozenset[str]) -> None:
        self.phones = phones

    def clean(self, value: Any, name: str = "") -> tuple[Any, int]:
        if isinstance(value, str):
            if name in self.phones and sum(c.isdecimal() for c in value) <= PHONE_DIGITS_MAX:
                return value, 0
            return without_cards(value)
        if isinstance(value, dict):
            pairs = {key: self.clean(part, key) for key, part in value.items()}
            return {k: part for k, (part, _) in pairs.items()}, sum(n for _, n in pairs.values())
        if isinstance(value, list):
            parts = [self.clean(part, name) for part in value]
            return [part for part, _ in parts], sum(n for _, n in parts)
        return value, 0
