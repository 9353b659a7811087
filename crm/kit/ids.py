"""Keys and short references, made by the application and never by a database sequence."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 6


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by time, so that clustered keys stay compact."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def first_id_of(instant: datetime) -> UUID:
    """The smallest UUIDv7 of a millisecond, so that a key can be compared with a time."""
    milliseconds = int(instant.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62))


def instant_of(identity: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond; nonsense for other keys is the epoch's start."""
    try:
        return datetime.fromtimestamp((identity.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def new_reference(prefix: str) -> str:
    """A short reference such as ``G-7Q4K2M``; 30 random bits, the caller checks for a twin."""
    return f"{prefix}-" + "".join(
        secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH)
    )


def new_references(prefix: str, count: int) -> list[str]:
    """Many short references; the alphabet has 32 letters, so five bits of a byte are a letter."""
    drawn = secrets.token_bytes(count * REFERENCE_LENGTH)
    letters = "".join([REFERENCE_ALPHABET[byte & 31] for byte in drawn])
    return [
        f"{prefix}-{letters[at : at + REFERENCE_LENGTH]}"
        for at in range(0, len(letters), REFERENCE_LENGTH)
    ]
