"""How not to do it: a backup that copies the live file, a restore that does not look."""

from collections.abc import Iterator
from pathlib import Path

from crm.kit.db import Database
from crm.safekeeping import restoring, sealing
from crm.safekeeping.archive import Archive

BLOCK = 64 * 1024


def copy_the_live_file(database: Database, folder: Path) -> Path:
    """What ``cp`` does: block after block, the write-ahead log left behind."""
    source = Path(database.url.database or "")
    target = folder / "copied.db"
    with source.open("rb") as reading, target.open("wb") as writing:
        while block := reading.read(BLOCK):
            writing.write(block)
    return target


def lines_unlooked(archive: Archive, name: str) -> Iterator[bytes]:
    with archive._open(f"tables/{name}.jsonl") as member:
        yield from member


def do_not_look(monkeypatch) -> None:
    """No tag, no hash, no comparison."""
    monkeypatch.setattr(sealing._Signing, "open", lambda _, stored, __: stored[:-32])
    monkeypatch.setattr(Archive, "lines", lines_unlooked)
    monkeypatch.setattr(restoring, "expect_equal", lambda *_: None)
