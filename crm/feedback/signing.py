"""The signed link of a survey: who holds it may answer once, until it expires, and nothing else.

A token is the survey's id, the second of its expiry and a keyed digest over both with the purpose
(HMAC-SHA-256 cut to 128 bits, RFC 2104 and NIST SP 800-107 5.3.3). The key is made from the secret
key for this purpose alone, and no token is kept: whoever reads the database cannot answer.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from crm.kit.settings import in_force

_PURPOSE = b"keshi survey link 1"
_DIGEST_BYTES = 16
_SECONDS_BYTES = 5
TOKEN_LENGTH = 52
"""16 bytes of id, 5 of time and 16 of digest in base64 without padding are 50 letters."""
_SHAPE = re.compile(r"[A-Za-z0-9_-]{50}", re.ASCII)


class Signed(NamedTuple):
    """What a token of ours says."""

    survey_id: UUID
    expires_at: datetime


def token_of(survey_id: UUID, expires_at: datetime, secret: str) -> str:
    """The token of a survey; ``expires_at`` counts by the second."""
    body = survey_id.bytes + int(expires_at.timestamp()).to_bytes(_SECONDS_BYTES, "big")
    return urlsafe_b64encode(body + _digest(body, secret)).decode().rstrip("=")


def signed_in(token: str, secret: str) -> Signed | None:
    """What a token says, None for one that is not of our making."""
    if not _SHAPE.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token + "==")
    body, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    # Unused bits of the last letter would give one survey four addresses.
    canonical = urlsafe_b64encode(raw).decode().rstrip("=") == token
    if not hmac.compare_digest(_digest(body, secret), digest) or not canonical:
        return None
    seconds = int.from_bytes(body[16:], "big")
    return Signed(UUID(bytes=body[:16]), datetime.fromtimestamp(seconds, UTC))


def link_of(survey_id: UUID, expires_at: datetime) -> str:
    """The whole address that a guest gets."""
    settings = in_force()
    token = token_of(survey_id, expires_at, settings.secret())
    return f"{settings.base_url.rstrip('/')}/survey/{token}"


def _digest(body: bytes, secret: str) -> bytes:
    key = hmac.digest(hashlib.sha256(secret.encode()).digest(), _PURPOSE, "sha256")
    return hmac.digest(key, body, "sha256")[:_DIGEST_BYTES]
