"""Field encryption for identity numbers and special-category values, with a blind index.

AES-256-GCM; the key is derived from the secret key, which lives outside the database and
outside its backups. The row's id is bound in, so that a value cannot be moved to another row.
"""

import hashlib
import hmac
import secrets
from base64 import b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm.kit.errors import RuleBroken

_NONCE = 12
_VERSION = b"\x01"


class Vault:
    """Encrypts, decrypts and indexes single values under one secret."""

    def __init__(self, secret: str) -> None:
        root = hashlib.sha256(b"keshi vault" + secret.encode()).digest()
        self._cipher = AESGCM(hmac.digest(root, b"encrypt", "sha256"))
        self._index_key = hmac.digest(root, b"index", "sha256")

    def seal(self, value: str, *, bound_to: bytes) -> bytes:
        """Encrypt ``value``; only the same ``bound_to`` opens it again."""
        return self.seal_bytes(value.encode(), bound_to=bound_to)

    def seal_bytes(self, content: bytes, *, bound_to: bytes) -> bytes:
        """The same for the content of a file."""
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, content, bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> str:
        """Decrypt; `RuleBroken` when the key or the row is not the one it was sealed with."""
        return self.open_bytes(sealed, bound_to=bound_to).decode()

    def open_bytes(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """The same for the content of a file."""
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, bound_to)
        except InvalidTag:
            raise RuleBroken(
                "This value was sealed with another secret key. Ask IT to check KESHI_SECRET_KEY.",
                "vault_key",
            ) from None

    def blind_index(self, value: str) -> str:
        """A keyed hash for equality search on an encrypted column (44 characters)."""
        folded = "".join(value.split()).upper().encode()
        return b64encode(hmac.digest(self._index_key, folded, "sha256")).decode()
