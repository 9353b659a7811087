"""Where an import's files lie until its undo has run out: the upload, its rows, the findings."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from crm.intake.terms import FILE_MAX
from crm.intake.workbook_guard import refused

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class ImportFolder:
    """One import's folder."""

    path: Path

    @property
    def upload(self) -> Path:
        return self.path / "upload"

    @property
    def rows(self) -> Path:
        return self.path / "rows.jsonl"

    @property
    def findings(self) -> Path:
        """Of the dry run: a JSON line for each row that is unclear or rejected."""
        return self.path / "findings.jsonl"

    @property
    def duplicates(self) -> Path:
        """Lines whose key stands on an earlier line; found once, obeyed by every batch."""
        return self.path / "duplicates.json"

    @property
    def progress(self) -> Path:
        return self.path / "progress"

    def make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)

    def take_in(self, stream: BinaryIO) -> tuple[int, str]:
        """Keep an upload; answers its size and SHA-256. `Invalid` above 512 MB."""
        self.make()
        digest, size = hashlib.sha256(), 0
        with self.upload.open("wb") as out:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > FILE_MAX:
                    raise refused("file_too_large")
                digest.update(chunk)
                out.write(chunk)
        return size, digest.hexdigest()

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    # ------------------------------------------------------------ findings
    def read_findings(self) -> Iterator[dict[str, Any]]:
        if self.findings.exists():
            with self.findings.open(encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)

    def duplicate_lines(self) -> set[int]:
        if not self.duplicates.exists():
            return set()
        return set(json.loads(self.duplicates.read_text(encoding="utf-8")))

    # ------------------------------------------------------------ progress
    def say(self, share: float) -> None:
        """Keep how far a check is (0 to 1), for a page in another process."""
        self.progress.write_text(f"{share:.3f}", encoding="utf-8")

    def said(self) -> float:
        try:
            return float(self.progress.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0.0


def folder_of(data_dir: Path, import_id: UUID) -> ImportFolder:
    return ImportFolder(data_dir / "imports" / str(import_id))
