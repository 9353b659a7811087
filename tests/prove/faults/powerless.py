"""A disk that loses its power: a file system for SQLite in which only what was synced is sure.

Writes go to what the running process sees, and to the platter at the next sync. At a cut, every
sector (512 bytes) that was written since may be there or not, each by chance of its own, as a
disk with a cache and a file system without a journal for data may do it. Sizes of files are
treated in the same way. Like the real one it promises that bytes beside a write stay whole.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import apsw

SECTOR = 512
POWERSAFE_OVERWRITE = 0x1000
NAME = "powerless"


class PowerCut(Exception):
    """The current is off: nothing that is written from now on reaches anything."""


@dataclass
class File:
    """One file: as the process sees it, as it is on the platter, and what lies between."""

    seen: bytearray = field(default_factory=bytearray)
    platter: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        _put(self.seen, offset, data)
        self.waiting.append((offset, bytes(data)))

    def resize(self, size: int) -> None:
        _resize(self.seen, size)
        self.waiting.append((size, None))

    def sync(self) -> None:
        for offset, data in self.waiting:
            _apply(self.platter, offset, data)
        self.waiting.clear()

    def after_cut(self, chance: random.Random, share: float) -> bytearray:
        """What is found when the power is back; each waiting sector came through by chance."""
        found = bytearray(self.platter)
        for offset, data in self.waiting:
            if data is None:
                if chance.random() < share:
                    _resize(found, offset)
                continue
            start = 0
            while start < len(data):
                end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
                if chance.random() < share:
                    _put(found, offset + start, data[start:end])
                start = end
        return found


def _apply(into: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        _resize(into, offset)
    else:
        _put(into, offset, data)


def _put(into: bytearray, offset: int, data: bytes) -> None:
    if len(into) < offset:
        into.extend(bytes(offset - len(into)))
    into[offset : offset + len(data)] = data


def _resize(into: bytearray, size: int) -> None:
    del into[size:]
    into.extend(bytes(size - len(into)))


class Disk:
    """The files of one machine; its current is cut at the n-th write or sync, if at all."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {
            name: File(bytearray(content), bytearray(content)) for name, content in files.items()
        }
        self.deeds = 0
        self.cut_at: int | None = None
        self.is_off = self.is_left = False

    def step(self) -> bool:
        """Count one write or sync; the current may go off just before it. False: it is ignored."""
        if not self.is_off:
            self.deeds += 1
            self.is_off = self.cut_at is not None and self.deeds >= self.cut_at
        if self.is_off and not self.is_left:
            raise PowerCut
        return not self.is_off

    def leave(self) -> None:
        """The process is gone; what SQLite's clean-up still wants reaches nothing."""
        self.is_off = self.is_left = True

    def after_cut(self, chance: random.Random) -> "Disk":
        """The same machine with the power back on."""
        share = chance.choice([0.0, 0.3, 0.7, 0.95])
        return Disk(
            {name: bytes(file.after_cut(chance, share)) for name, file in self.files.items()}
        )


class Vfs(apsw.VFS):
    """SQLite's way to `disk`; one for the process, with the disk of the trial put in."""

    def __init__(self) -> None:
        super().__init__(NAME, "")
        self.disk = Disk({})

    def xOpen(self, name: Any, flags: list[int]) -> "Handle":  # noqa: N802
        named = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        key = named or f"temporary-{len(self.disk.files)}"
        return Handle(self, self.disk.files.setdefault(key, File()))

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802
        if self.disk.step():
            self.disk.files.pop(name, None)

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self.disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class Handle:
    """One open file."""

    def __init__(self, vfs: Vfs, file: File) -> None:
        self._disk, self._file = vfs.disk, file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.step():
            self._file.write(offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._disk.step():
            self._file.resize(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._disk.step():
            self._file.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.seen)

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return POWERSAFE_OVERWRITE

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        """One process has the disk for itself."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """One process has the disk for itself."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xClose(self) -> None:  # noqa: N802
        """The file stays on its disk."""
