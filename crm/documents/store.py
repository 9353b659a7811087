"""The shelf itself: files on disk by the hash of their content, sealed, written whole or not."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from crm.kit.errors import NotFound, RuleBroken
from crm.kit.vault import Vault

FOLDER = "documents"
_HASH = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """Files under ``data_dir/documents/ab/cdef…``, named by the SHA-256 of the clear content.

    The content is sealed like an identity number: a stolen disk or a backup shows none of it.
    """

    def __init__(self, data_dir: Path, vault: Vault) -> None:
        self._root = data_dir / FOLDER
        self._vault = vault

    def put(self, content: bytes) -> str:
        """Keep the content and return its hash; twice the same content is one file."""
        name = hashlib.sha256(content).hexdigest()
        path = place(self._root, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = self._vault.seal_bytes(content, bound_to=bytes.fromhex(name))
        draft = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with draft.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
        return name

    def take(self, name: str) -> bytes:
        """The content; `NotFound` when the file is gone, `RuleBroken` when it is not its own."""
        try:
            sealed = place(self._root, name).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                "The file is missing on the disk. Tell IT: it may be in a backup.", "file_missing"
            ) from None
        content = self._vault.open_bytes(sealed, bound_to=bytes.fromhex(name))
        if hashlib.sha256(content).hexdigest() != name:
            raise RuleBroken("The file on the disk is not the one shelved.", "file_changed")
        return content

    def has(self, name: str) -> bool:
        return place(self._root, name).exists()


def drop(data_dir: Path, name: str) -> bool:
    """Take a file off the disk; False when it was gone already."""
    path = place(data_dir / FOLDER, name)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def names_in(data_dir: Path) -> Iterator[str]:
    """The hashes of all files on the disk."""
    root = data_dir / FOLDER
    for path in sorted(root.glob("??/*")):
        name = path.parent.name + path.name
        if _HASH.fullmatch(name):
            yield name


def place(root: Path, name: str) -> Path:
    """Where a hash lies; ValueError for anything that is none, so that no path gets in."""
    if not _HASH.fullmatch(name):
        raise ValueError("not a content hash")
    return root / name[:2] / name[2:]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
