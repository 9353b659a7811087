"""Keys and short references, made by the application and never by a database sequence."""

import secrets
from uuid import UUID

import uuid_utils

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 6


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by time, so that clustered keys stay compact."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def new_reference(prefix: str) -> str:
    """A short reference such as ``G-7Q4K2M``; 30 random bits, the caller checks for a twin."""
    return f"{prefix}-" + "".join(
        secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH)
    )
