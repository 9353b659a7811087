"""The outer form of a backup file: a stream cut into chunks, each sealed or signed, none missing.

Guests' data leaves the machine with a backup, so chunks are encrypted unless told otherwise
(AES-256-GCM); a signed backup stays readable and carries an HMAC-SHA256 instead. In both, a
chunk's number and whether it is the last one are part of what is authenticated (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), as is the header: a flipped
byte, a cut tail, a chunk from elsewhere or an edited header are refused.

The keys come from KESHI_SECRET_KEY by HKDF with a salt of each file; they are in no backup.
Without the secret key there is no restore.
"""

import hashlib
import hmac
import io
import json
import secrets
import struct
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crm.kit.errors import RuleBroken

MAGIC = b"KESHIBK1"
CHUNK = 1024 * 1024
_HEADER_MAX = 4096
_SEALED, _SIGNED = "sealed", "signed"


def damaged() -> RuleBroken:
    return RuleBroken("This backup is damaged or was changed. Take another one.", "backup_damaged")


class _Guard(Protocol):
    """Protects one chunk at a time; ``place`` is its number and whether it is the last."""

    extra: int

    def close(self, data: bytes, place: bytes) -> bytes: ...

    def open(self, stored: bytes, place: bytes) -> bytes: ...


class _Sealing:
    extra = 16

    def __init__(self, key: bytes, bound_to: bytes) -> None:
        self._cipher, self._bound_to = AESGCM(key), bound_to

    def close(self, data: bytes, place: bytes) -> bytes:
        return self._cipher.encrypt(place, data, self._bound_to)

    def open(self, stored: bytes, place: bytes) -> bytes:
        try:
            return self._cipher.decrypt(place, stored, self._bound_to)
        except InvalidTag:
            raise damaged() from None


class _Signing:
    extra = 32

    def __init__(self, key: bytes, bound_to: bytes) -> None:
        self._key, self._bound_to = key, bound_to

    def close(self, data: bytes, place: bytes) -> bytes:
        return data + self._tag(data, place)

    def open(self, stored: bytes, place: bytes) -> bytes:
        data, tag = stored[: -self.extra], stored[-self.extra :]
        if not hmac.compare_digest(tag, self._tag(data, place)):
            raise damaged()
        return data

    def _tag(self, data: bytes, place: bytes) -> bytes:
        return hmac.digest(self._key, self._bound_to + place + data, "sha256")


@dataclass(frozen=True)
class _Opened:
    guard: _Guard
    sealed: bool
    begins_at: int


class SealedWriter(io.RawIOBase):
    """Takes plain bytes and writes protected chunks; `close` writes the last one.

    A writer that was not closed has written no last chunk, so what it left is no backup.
    """

    def __init__(self, file: BinaryIO, secret: str, *, sealed: bool = True) -> None:
        super().__init__()
        salt = secrets.token_bytes(16)
        header = json.dumps(
            {
                "mode": _SEALED if sealed else _SIGNED,
                "salt": salt.hex(),
                "key_id": _key_id(secret, salt),
            }
        ).encode()
        self._guard = _guard(secret, salt, header, sealed=sealed)
        self._file, self._number, self._waiting = file, 0, bytearray()
        file.write(MAGIC + struct.pack(">I", len(header)) + header)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._waiting += view
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return view.nbytes

    def finish(self) -> None:
        """Write the last chunk; without it the file is not whole."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, data: bytes, *, last: bool) -> None:
        self._file.write(self._guard.close(data, _place(self._number, last=last)))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads the plain bytes back, from any position; `RuleBroken` for what was not written so.

    One chunk is kept in memory.
    """

    def __init__(self, file: BinaryIO, secret: str) -> None:
        super().__init__()
        self._file = file
        opened = _opened(file, secret)
        self.sealed, self._guard, self._begins_at = opened.sealed, opened.guard, opened.begins_at
        self._stored = CHUNK + self._guard.extra
        size = file.seek(0, io.SEEK_END) - self._begins_at
        self._chunks = max(1, -(-size // self._stored))
        self._size = size - self._chunks * self._guard.extra
        if self._size < 0:
            raise damaged()
        self._at, self._number, self._data = 0, -1, b""
        self._chunk(self._chunks - 1)  # the last one says that nothing was cut off

    def authenticate(self) -> None:
        """Go through all chunks, without looking at what they hold: a second a gigabyte."""
        for number in range(self._chunks):
            self._chunk(number)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._at >= self._size or not view.nbytes:
            return 0
        number, inside = divmod(self._at, CHUNK)
        part = self._chunk(number)[inside : inside + view.nbytes]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(self._begins_at + number * self._stored)
            stored = self._file.read(self._stored)
            last = number == self._chunks - 1
            self._data = self._guard.open(stored, _place(number, last=last))
            self._number = number
        return self._data


def _opened(file: BinaryIO, secret: str) -> _Opened:
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise RuleBroken("This file is no Keshi backup.", "backup_foreign")
    length = file.read(4)
    size = struct.unpack(">I", length)[0] if len(length) == 4 else 0
    header = file.read(size) if 0 < size <= _HEADER_MAX else b""
    try:
        read = json.loads(header)
        mode, salt, key_id = read["mode"], bytes.fromhex(read["salt"]), read["key_id"]
    except (ValueError, KeyError, TypeError):
        raise damaged() from None
    if mode not in (_SEALED, _SIGNED) or len(salt) != 16:
        raise damaged()
    if not hmac.compare_digest(str(key_id).encode(), _key_id(secret, salt).encode()):
        raise RuleBroken(
            "This backup was made under another KESHI_SECRET_KEY, or its first bytes are damaged. "
            "Set the key that was in force when it was made.",
            "backup_other_key",
        )
    sealed = mode == _SEALED
    begins_at = len(MAGIC) + 4 + len(header)
    return _Opened(_guard(secret, salt, header, sealed=sealed), sealed, begins_at)


def _guard(secret: str, salt: bytes, header: bytes, *, sealed: bool) -> _Guard:
    bound_to = hashlib.sha256(header).digest()
    key = _derived(secret, salt, b"keshi backup " + (b"sealed" if sealed else b"signed"))
    return _Sealing(key, bound_to) if sealed else _Signing(key, bound_to)


def _derived(secret: str, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(secret.encode())


def _key_id(secret: str, salt: bytes) -> str:
    """Tells a wrong key from a damaged file, and tells nothing of the key."""
    return _derived(secret, salt, b"keshi backup key id")[:8].hex()


def _place(number: int, *, last: bool) -> bytes:
    """The 12 bytes of a chunk's nonce: three of zero, its number, whether it is the last."""
    return bytes(3) + struct.pack(">Q?", number, last)
