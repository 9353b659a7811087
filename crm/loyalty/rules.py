"""Membership numbers with a check digit, and what may be done to a balance: on paper."""

from crm.loyalty.terms import PointKind

PREFIX = "8"
SERIAL_DIGITS = 8
NUMBER_LENGTH = len(PREFIX) + SERIAL_DIGITS + 1

# Kinds that bring points, and those that take them; an adjustment may do either.
GIVES = frozenset(
    {PointKind.EARNED, PointKind.BONUS, PointKind.COMPENSATION, PointKind.REFERRAL,
     PointKind.OPENING}
)  # fmt: skip
TAKES = frozenset({PointKind.REDEEMED, PointKind.EXPIRED})


def member_number(serial: int) -> str:
    """Ten digits: ``8``, the serial, and a check digit by Luhn.

    >>> member_number(12345678)
    '8123456785'
    """
    if not 0 <= serial < 10**SERIAL_DIGITS:
        raise ValueError(f"a serial has at most {SERIAL_DIGITS} digits")
    body = f"{PREFIX}{serial:0{SERIAL_DIGITS}d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The digit that makes a number pass Luhn: it catches every single wrong digit and nearly
    every swap of two neighbours."""
    total = 0
    for place, char in enumerate(reversed(body)):
        digit = int(char) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def is_member_number(text: str) -> bool:
    """Whether a number can be one of ours; spaces and dashes are for people."""
    plain = text.replace(" ", "").replace("-", "")
    if len(plain) != NUMBER_LENGTH or not plain.isascii() or not plain.isdigit():
        return False
    return plain[0] == PREFIX and check_digit(plain[:-1]) == plain[-1]


def sign_fits(kind: PointKind, points: int) -> bool:
    """Whether an entry of this kind may carry this number: gifts add, takings take."""
    if points == 0:
        return False
    if kind in GIVES:
        return points > 0
    if kind in TAKES:
        return points < 0
    return True
