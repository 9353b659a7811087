"""Keyed digests of audit rows and seals, over a form in which every column counts.

The key is derived from the secret key, which lives outside the database: who can only write
the database cannot make a row or a seal that fits. A digest is 4 bytes naming the key and 32
bytes HMAC-SHA256 (RFC 2104) of the canonical form: the table's name, then for every column
that is not null, by name, its name, the length of its value and its value. Null counts as not
there, so that a column added later leaves the digests of older rows true.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm.kit.dbtypes import JsonDoc, Key
from crm.kit.errors import RuleBroken
from crm.kit.settings import in_force

KEY_ID_BYTES = 4
DIGEST_COLUMN = "digest"
NO_DIGEST = bytes(KEY_ID_BYTES + 32)
"""What the first seal names as the one before."""

_STAMP = "%Y-%m-%d %H:%M:%S.%f"
_STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", re.ASCII)
Encode = Callable[[Any], bytes]
Decode = Callable[[Any], Any]


class AuditKey:
    """Makes and checks digests under one secret. ``id`` names the key without giving it away."""

    def __init__(self, secret: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"keshi audit chain 1")
        material = derive.derive(secret.encode())
        self._key = material[:32]
        self.id = hmac.digest(material[32:], b"key id", "sha256")[:KEY_ID_BYTES]

    def digest(self, form: bytes) -> bytes:
        """36 bytes for a canonical form."""
        return self.id + hmac.digest(self._key, form, "sha256")

    def fits(self, form: bytes, digest: bytes) -> bool:
        return hmac.compare_digest(self.digest(form), digest)

    def running(self) -> "RunningDigest":
        return RunningDigest(self.id, hmac.new(self._key, b"rows", "sha256"))


class RunningDigest:
    """A digest over the ids and digests of rows as they come by, in order."""

    def __init__(self, key_id: bytes, state: hmac.HMAC) -> None:
        self._key_id = key_id
        self._state = state

    def add(self, identity: bytes, digest: bytes) -> None:
        self._state.update(identity + digest)

    def digest(self) -> bytes:
        return self._key_id + self._state.digest()


class Keyring:
    """The key in use and older ones, found by the name that every digest begins with."""

    def __init__(self, secrets: Iterable[str]) -> None:
        made = [key_of(secret) for secret in secrets]
        self.current = made[0]
        self._known = {key.id: key for key in reversed(made)}

    def of(self, digest: bytes) -> AuditKey | None:
        """The key a digest was made with; None for one that is not on the ring."""
        return self._known.get(digest[:KEY_ID_BYTES])


@cache
def key_of(secret: str) -> AuditKey:
    """Derived once a secret. `RuleBroken` without one: an audit sealed with nothing is none."""
    if not secret:
        raise RuleBroken(
            "The audit cannot be written without a secret key. Set KESHI_SECRET_KEY.",
            "audit_secret",
        )
    return AuditKey(secret)


def key_in_force() -> AuditKey:
    """The key of the settings this process works with."""
    return key_of(in_force().secret())


class Form:
    """The canonical form of one table's rows, and how its columns lie in a database."""

    def __init__(self, table: Table) -> None:
        self.columns = tuple(sorted(column.name for column in table.columns))
        self.covered = tuple(name for name in self.columns if name != DIGEST_COLUMN)
        self._prefix = _part(table.name.encode())
        ways = {column.name: _ways(column.type) for column in table.columns}
        self._encode = [(name, _part(name.encode()), ways[name][0]) for name in self.covered]
        self._decode = {name: ways[name][1] for name in self.columns}

    def of(self, values: Mapping[str, Any]) -> bytes:
        """The form of Python values, as they are handed to an insert. KeyError: one is missing."""
        parts = [self._prefix]
        for name, prefix, encode in self._encode:
            value = values[name]
            if value is not None:
                parts += (prefix, _part(encode(value)))
        return b"".join(parts)

    def as_python(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Values as the driver read them, as Python values; ValueError: nobody wrote them so."""
        return {
            name: None if stored[name] is None else decode(stored[name])
            for name, decode in self._decode.items()
        }


def _part(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _ways(kind: TypeEngine[Any]) -> tuple[Encode, Decode]:
    """How values of a column type become bytes, and come back from either driver."""
    if isinstance(kind, Key):
        return (lambda value: value.bytes), _key
    if isinstance(kind, JsonDoc):
        return (lambda value: json.dumps(value, sort_keys=True).encode()), _json
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    for known, ways in _PLAIN:
        if isinstance(plain, known):
            return ways
    raise TypeError(f"the audit does not know how to seal a column of type {kind!r}")


def _key(stored: Any) -> UUID:
    if isinstance(stored, UUID):
        return stored
    if isinstance(stored, bytes) and len(stored) == 16:
        return UUID(bytes=stored)
    raise ValueError("no key")


def _json(stored: Any) -> Any:
    if not isinstance(stored, str):
        return stored
    read = json.loads(stored)
    if json.dumps(read) != stored:
        raise ValueError("another spelling")
    return read


def _instant(stored: Any) -> datetime:
    if isinstance(stored, datetime) and stored.tzinfo is not None:
        return stored
    if isinstance(stored, str) and _STAMPED.fullmatch(stored):
        return datetime.strptime(stored, _STAMP).replace(tzinfo=UTC)
    raise ValueError("no instant")


def _of_type(kind: type[Any]) -> Decode:
    def decode(stored: Any) -> Any:
        if type(stored) is not kind:
            raise ValueError(f"no {kind.__name__}")
        return stored

    return decode


def _flag(stored: Any) -> bool:
    if stored not in (0, 1):
        raise ValueError("no flag")
    return bool(stored)


def _bytes(stored: Any) -> bytes:
    if not isinstance(stored, bytes | memoryview):
        raise ValueError("no bytes")
    return bytes(stored)


def _day(stored: Any) -> Any:
    read = date.fromisoformat(stored) if isinstance(stored, str) else stored
    if type(read) is not date or (isinstance(stored, str) and read.isoformat() != stored):
        raise ValueError("no day")
    return read


_PLAIN: tuple[tuple[type[TypeEngine[Any]], tuple[Encode, Decode]], ...] = (
    (DateTime, (lambda value: value.astimezone(UTC).strftime(_STAMP).encode(), _instant)),
    (Date, (lambda value: value.isoformat().encode(), _day)),
    (String, (lambda value: str(value).encode(), _of_type(str))),
    (Boolean, (lambda value: b"1" if value else b"0", _flag)),
    (Integer, (lambda value: b"%d" % value, _of_type(int))),
    (LargeBinary, (bytes, _bytes)),
)
