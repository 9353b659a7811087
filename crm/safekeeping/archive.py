"""What lies inside a backup: rows of each table, the files of the shelf, and the manifest.

The inner form is a ZIP, written once from front to back: ``tables/NAME.jsonl`` (see
`crm.safekeeping.canonical`), ``files/PATH`` as it lies in the data folder, and
``manifest.json`` last, when all is counted. Around it is `crm.safekeeping.sealing`.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from pydantic import ValidationError

from crm.safekeeping.schemas import FORMAT, FileFacts, Manifest, TableFacts
from crm.safekeeping.sealing import CHUNK, SealedReader, SealedWriter, damaged

MANIFEST = "manifest.json"
MANIFEST_MAX = 512 * 1024 * 1024
_BLOCK = 256 * 1024
_LEVEL = 1
"""Of zlib: a third of the time of the usual 6 for a tenth more bytes."""


class ArchiveWriter:
    """Writes one backup. What was not given a manifest and closed is no backup."""

    def __init__(self, file: BinaryIO, secret: str, *, sealed: bool) -> None:
        self._outer = SealedWriter(file, secret, sealed=sealed)
        self._zip = zipfile.ZipFile(
            _Forward(self._outer), "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL
        )

    def put_table(
        self, name: str, columns: list[str], batches: Iterable[tuple[int, bytes]]
    ) -> Iterator[int]:
        """Write a table; yields rows per batch, and at last `facts` holds what was written."""
        digest, total = hashlib.sha256(), 0
        with self._zip.open(_member(f"tables/{name}.jsonl"), "w", force_zip64=True) as out:
            for rows, lines in batches:
                digest.update(lines)
                out.write(lines)
                total += rows
                yield rows
        self.facts = TableFacts(columns=columns, rows=total, sha256=digest.hexdigest())

    def put_file(self, name: str, source: IO[bytes]) -> FileFacts:
        """Write a file of the data folder; these are sealed or compressed already."""
        digest, size = hashlib.sha256(), 0
        info = _member(f"files/{name}")
        info.compress_type = zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=True) as out:
            while block := source.read(_BLOCK):
                digest.update(block)
                out.write(block)
                size += len(block)
        return FileFacts(size=size, sha256=digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, the table of contents and the last chunk."""
        with self._zip.open(_member(MANIFEST), "w") as out:
            out.write(manifest.model_dump_json().encode())
        self._zip.close()
        self._outer.finish()


class Archive:
    """A backup opened for reading; everything is checked as it is read.

    That no byte was changed is seen when it is opened, so that nobody waits for a refusal.
    """

    def __init__(self, file: BinaryIO, secret: str) -> None:
        outer = SealedReader(file, secret)
        outer.authenticate()
        self.sealed = outer.sealed
        try:
            self._zip = zipfile.ZipFile(io.BufferedReader(outer, CHUNK))
            with self._zip.open(MANIFEST) as member:
                self.manifest = Manifest.model_validate_json(member.read(MANIFEST_MAX))
        except (zipfile.BadZipFile, KeyError, ValidationError):
            raise damaged() from None
        if self.manifest.format != FORMAT or not self._complete():
            raise damaged()

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a table; `RuleBroken` at its end when they are not those of the manifest."""
        facts = self.manifest.tables[name]
        digest, rows = hashlib.sha256(), 0
        with self._open(f"tables/{name}.jsonl") as member:
            for line in member:
                digest.update(line)
                rows += 1
                yield line
        if (rows, digest.hexdigest()) != (facts.rows, facts.sha256):
            raise damaged()

    def blocks(self, name: str) -> Iterator[bytes]:
        """A file of the data folder; `RuleBroken` at its end when it is another."""
        facts = self.manifest.files[name]
        digest, size = hashlib.sha256(), 0
        with self._open(f"files/{name}") as member:
            while block := member.read(_BLOCK):
                digest.update(block)
                size += len(block)
                yield block
        if (size, digest.hexdigest()) != (facts.size, facts.sha256):
            raise damaged()

    def check(self) -> Iterator[int]:
        """Read everything once; yields rows as they pass."""
        for name in self.manifest.tables:
            yield sum(1 for _ in self.lines(name))
        for name in self.manifest.files:
            for _ in self.blocks(name):
                pass

    @contextmanager
    def _open(self, member: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(member) as opened:
                yield opened
        except (zipfile.BadZipFile, KeyError, EOFError):
            raise damaged() from None

    def _complete(self) -> bool:
        """Exactly the members that the manifest names, and no path that leads out."""
        expected = {MANIFEST, *(f"tables/{name}.jsonl" for name in self.manifest.tables)}
        expected |= {f"files/{name}" for name in self.manifest.files}
        names = self._zip.namelist()
        return (
            len(names) == len(expected)
            and set(names) == expected
            and not any(leads_out(name) for name in self.manifest.files)
        )


@contextmanager
def opened(path: Path, secret: str) -> Iterator[Archive]:
    """The backup at ``path``; closed at the end of the block."""
    with path.open("rb") as file:
        yield Archive(file, secret)


def leads_out(name: str) -> bool:
    """Whether a file's name is no plain path below the data folder."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # noqa: SLF001 - public from 3.13 on
    return info


class _Forward(io.RawIOBase):
    """A stream that cannot turn back, so that the ZIP is written from front to back."""

    def __init__(self, outer: SealedWriter) -> None:
        super().__init__()
        self._outer = outer

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._outer.write(data)
