"""Reading an e-mail address: its key for matching, whether it is the guest's own, its mask."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

EMAIL_MAX = 254
_CACHED = 65_536

# The everyday address; everything else goes through the library, which is 20 times slower.
_PLAIN = re.compile(
    r"^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$"
)
_SPECIAL_ENDINGS = (".local", ".localhost", ".invalid", ".test", ".onion", ".arpa")

RELAY_DOMAINS = frozenset(
    {
        "guest.booking.com",
        "property.booking.com",
        "m.expediapartnercentral.com",
        "expediapartnercentral.com",
        "guest.airbnb.com",
        "reply.airbnb.com",
        "agoda-messaging.com",
        "guest.trip.com",
        "guest.hotels.com",
        "guest.hostelworld.com",
        "guest.vrbo.com",
        "messages.homeaway.com",
    }
)
"""Domains by which agencies forward mail: shared in time, closed after the stay."""


@dataclass(frozen=True, slots=True)
class EmailReading:
    """What was made of a raw address; ``key`` is None unless it is valid."""

    raw: str
    key: str | None
    valid: bool
    relay: bool


@lru_cache(maxsize=_CACHED)
def read_email(raw: str) -> EmailReading:
    """Read an address as written; never raises.

    The key is lower case with the domain in ASCII. Dots and ``+tags`` stay: only some
    providers ignore them, and two colleagues may differ by one.
    """
    key = _key(unicodedata.normalize("NFKC", raw).strip())
    return EmailReading(raw, key, key is not None, key is not None and is_relay_address(key))


def _key(text: str) -> str | None:
    if len(text) > EMAIL_MAX:
        return None
    lowered = text.lower()
    local = lowered.partition("@")[0]
    if _PLAIN.match(lowered) and len(local) <= 64 and not lowered.endswith(_SPECIAL_ENDINGS):
        domain = lowered.partition("@")[2]
        if "--" not in domain and (
            len(domain) <= 63 or all(len(label) <= 63 for label in domain.split("."))
        ):
            return lowered
    try:
        checked = validate_email(text, check_deliverability=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        return None
    return f"{checked.local_part}@{checked.ascii_domain}".lower()


def is_relay_address(key: str) -> bool:
    """Is it an agency's forwarding address? Then: no marketing, no matching."""
    domain = key.rpartition("@")[2]
    while domain not in RELAY_DOMAINS:
        _, dot, domain = domain.partition(".")
        if not dot:
            return False
    return True


def masked_email(address: str) -> str:
    """First and last letter of the name, of the domain its ending: ``j•••g@•••.com``."""
    local, _, domain = address.rpartition("@")
    ending = domain.rpartition(".")[2]
    if len(local) < 3 or not ending:
        return "•••@•••"
    return f"{local[0]}•••{local[-1]}@•••.{ending}"
