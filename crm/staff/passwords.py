"""Passwords: argon2id at OWASP's minimum (19 MiB, t=2, p=1: 35 ms here), and which are refused."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from crm.kit.errors import Invalid
from crm.staff.terms import PASSWORD_MAX, PASSWORD_MIN

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
COMMON = Path(__file__).with_name("common_passwords.txt")


def hash_password(password: str, *, login: str) -> str:
    """The hash to keep; `Invalid` says what is wrong with a weak password."""
    normal = unicodedata.normalize("NFKC", password)
    if not PASSWORD_MIN <= len(normal) <= PASSWORD_MAX:
        raise Invalid(
            "A password has %(least)s to %(most)s characters. A sentence is easy to remember.",
            "password_length",
            least=PASSWORD_MIN,
            most=PASSWORD_MAX,
        )
    folded = normal.casefold()
    if folded in _common() or login.casefold() in folded or len(set(folded)) < 5:
        raise Invalid("This password is easily guessed. Choose another.", "password_common")
    return _hasher.hash(normal)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for an account that does not exist."""
    normal = unicodedata.normalize("NFKC", password[:PASSWORD_MAX])
    try:
        _hasher.verify(password_hash or _stand_in(), normal)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _stand_in() -> str:
    return _hasher.hash("nobody signs in with this")


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
