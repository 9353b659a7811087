"""The newest seals told outside the database, so that a chain cut at its end is noticed.

Who can write the database can take away the last seals together with their rows, and what is
left is a chain that fits. Each seal is therefore also written to a file in the data folder,
a line of JSON each, and to the structured log in the same words; either can be held against the
chain. A restore from a backup leaves a line of its own, keyed, which takes back the seals that
the restore took back.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from crm.audit.digests import AuditKey, Keyring
from crm.kit import clock

log = logging.getLogger("keshi.audit")

FOLDER = "audit"
_LINE_MAX = 4096


@dataclass(frozen=True)
class Witnessed:
    """A seal as it was told outside."""

    no: int
    rows: int
    total: int
    digest: bytes


def folder_of(data_dir: Path) -> Path:
    """Where the files of an installation are, one a month."""
    return data_dir / FOLDER


def tell(data_dir: Path, seals: Iterable[Witnessed]) -> None:
    """Append seals that are committed, and log them."""
    lines = []
    for seal in seals:
        facts = {
            "seal": seal.no,
            "rows": seal.rows,
            "total": seal.total,
            "digest": seal.digest.hex(),
        }
        log.info("audit sealed", extra=facts)
        lines.append(facts)
    _append(data_dir, lines)


def tell_restored(data_dir: Path, *, newest: int, key: AuditKey) -> None:
    """Say that the database was put back to a state whose newest seal is ``newest`` (0: none)."""
    at = _stamp()
    digest = key.digest(_restored_form(newest, at))
    _append(data_dir, [{"restored_to": newest, "at": at, "digest": digest.hex()}])


def newest(data_dir: Path) -> Witnessed | None:
    """The seal told last, without checking any mark of a restore."""
    for path in reversed(_files(folder_of(data_dir))):
        found = [line for line in _lines(path) if "seal" in line]
        if found:
            return _witnessed(found[-1])
    return None


def read(place: Path, keys: Keyring) -> list[Witnessed]:
    """What is to be held against the chain: of a file or a folder, also of the structured log.

    Lines that speak of something else are passed over. A restore's mark that no key on the ring
    made is passed over too, so that what it would take back stays.
    """
    told: list[Witnessed] = []
    for path in _files(place):
        for line in _lines(path):
            if "restored_to" in line:
                if (to := _restored_to(line, keys)) is not None:
                    told = [seal for seal in told if seal.no <= to]
            elif (seal := _witnessed(line)) is not None:
                told.append(seal)
    return told


def forget(data_dir: Path) -> None:
    """Remove the files, when a whole demo goes."""
    for path in _files(folder_of(data_dir)):
        path.unlink()


def _append(data_dir: Path, lines: list[dict[str, Any]]) -> None:
    if not lines:
        return
    folder = folder_of(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seals-{clock.now():%Y-%m}.jsonl"
    text = "".join(json.dumps({"told_at": _stamp(), **line}) + "\n" for line in lines)
    # One write at the end of the file: two workers may append side by side.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("*.jsonl")) if place.is_dir() else [place] if place.exists() else []


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw) if len(raw) <= _LINE_MAX else None
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def _witnessed(line: dict[str, Any]) -> Witnessed | None:
    try:
        no, rows, total = (int(line[name]) for name in ("seal", "rows", "total"))
        return Witnessed(no, rows, total, bytes.fromhex(line["digest"]))
    except (KeyError, TypeError, ValueError):
        return None


def _restored_to(line: dict[str, Any], keys: Keyring) -> int | None:
    try:
        to, digest = int(line["restored_to"]), bytes.fromhex(line["digest"])
        form = _restored_form(to, str(line["at"]))
    except (KeyError, TypeError, ValueError):
        return None
    key = keys.of(digest)
    return to if key is not None and key.fits(form, digest) else None


def _restored_form(newest: int, at: str) -> bytes:
    return f"restored to {newest} at {at}".encode()


def _stamp() -> str:
    return clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
