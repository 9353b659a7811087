"""The token against forged requests as pages carry it: another text in every answer.

A page that is sent packed gets shorter when it repeats itself, so whoever can watch lengths and put
guesses into a page could find a text that never changes (BREACH). Masked by chance, the token is
never the same twice, and any of its masked forms is good for the session.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode


def masked(token: str) -> str:
    """The token under a fresh mask; twice as long, never twice the same."""
    if not token:
        return ""
    raw = token.encode()
    mask = secrets.token_bytes(len(raw))
    return urlsafe_b64encode(mask + _under(mask, raw)).decode().rstrip("=")


def unmasked(given: str) -> bytes:
    """The token behind ``given``; what is no masked token comes back as it is.

    >>> unmasked(masked("a-token"))
    b'a-token'
    >>> unmasked("a-token")
    b'a-token'
    """
    try:
        packed = urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
    except ValueError:
        return given.encode()
    half, odd = divmod(len(packed), 2)
    return given.encode() if odd else _under(packed[:half], packed[half:])


def fits(given: str, token: str) -> bool:
    """Whether ``given`` is the token, masked or bare; takes as long whatever differs."""
    behind = secrets.compare_digest(unmasked(given), token.encode())
    bare = secrets.compare_digest(given.encode(), token.encode())
    return behind or bare


def _under(mask: bytes, raw: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, raw, strict=True))
