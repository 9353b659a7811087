"""``keshi import``: files in from the command line, with a dry run, resuming, undo and rejects."""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from crm.intake import queries
from crm.intake.planning import mapping_of_json
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions, ImportSheet
from crm.intake.terms import ImportKind, LineOutcome
from crm.kit.csv_io import safe_lines
from crm.kit.errors import Invalid
from crm.kit.schema import HotelCode
from web.commands.shell import (
    AsJson,
    fail,
    on_terminal,
    open_database,
    read_settings,
    say,
    whoever,
)

app = typer.Typer(no_args_is_help=True, help="Guests, stays, folio lines and points from files.")

ImportId = typer.Argument(..., help="The import's id, as `run` printed it.")
_OUTCOMES = [outcome.value for outcome in LineOutcome]


@app.command("run")
def run(
    file: Path = typer.Argument(..., help="CSV, TSV or XLSX.", exists=True, dir_okay=False),
    kind: ImportKind = typer.Option(..., "--kind", help="What the rows are."),
    preset: str | None = typer.Option(None, "--preset", help="A saved way to read the file."),
    mapping: Path | None = typer.Option(
        None, "--mapping", help="JSON: which column is which field.", exists=True, dir_okay=False
    ),
    hotel: str | None = typer.Option(None, "--hotel", help="Hotel of rows that name none."),
    encoding: str | None = typer.Option(None, "--encoding", help="Instead of the guess."),
    delimiter: str | None = typer.Option(None, "--delimiter", help="Instead of the guess."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would happen."),
    as_json: bool = AsJson,
) -> None:
    """Import a file. Stopped half-way, the same command goes on where it was."""
    options = _options(kind, preset, mapping, hotel, encoding, delimiter)
    with _imports() as imports, _bar() as bar:
        import_id = None if dry_run else _stopped_twin(imports, file, kind)
        if import_id is None:
            with file.open("rb") as stream:
                import_id = imports.receive(
                    stream, file.name, options, by=whoever(), progress=bar.checking
                )
        if not dry_run:
            imports.commit(import_id, by=whoever(), progress=bar.committing)
        sheet = _sheet(imports, import_id)
    _tell(sheet, as_json=as_json, dry_run=dry_run)


@app.command("resume")
def resume(import_id: UUID = ImportId, as_json: bool = AsJson) -> None:
    """Commit an import that was checked only, or stopped half-way."""
    with _imports() as imports, _bar() as bar:
        imports.commit(import_id, by=whoever(), progress=bar.committing)
        sheet = _sheet(imports, import_id)
    _tell(sheet, as_json=as_json, dry_run=False)


@app.command("undo")
def undo(import_id: UUID = ImportId, as_json: bool = AsJson) -> None:
    """Take an import back, within 30 days. What has got other data since stays, and is named."""
    with _imports() as imports, _bar() as bar:
        imports.undo(import_id, by=whoever(), progress=bar.undoing)
        with imports.database.reading() as db:
            answer = queries.undo_answer(db, import_id, by=whoever())
    kept = ", ".join(f"{one.kind} {one.name}".strip() for one in answer.kept)
    text = "Undone; everything is as it was."
    if answer.kept_count:
        text = f"Undone, but {answer.kept_count} have got other data since and stay: {kept}"
    say(
        {
            "import_id": str(import_id),
            "state": answer.state.value,
            "kept": answer.kept_count,
            "kept_things": [one.model_dump() for one in answer.kept],
        },
        as_json=as_json,
        text=text,
    )


@app.command("rejects")
def rejects(
    import_id: UUID = ImportId,
    out: Path | None = typer.Option(None, "--out", help="A file instead of standard output."),
) -> None:
    """The refused rows as CSV, with line, code and reason; corrected, they can be sent again."""
    with _imports() as imports, imports.database.reading() as db:
        rows = queries.rejected_rows(db, import_id, imports.folder(import_id), by=whoever())
        lines = safe_lines(rows, bom=out is not None)
        if out is None:
            for line in lines:
                sys.stdout.write(line)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


@app.command("list")
def listing(as_json: bool = AsJson) -> None:
    """The last imports, the newest first."""
    with _imports() as imports, imports.database.reading() as db:
        page = queries.import_list(db, by=whoever(), limit=50)
    rows = [_counts(row) | {"kind": row.kind, "state": row.state, "file": row.file_name}
            for row in page.items]  # fmt: skip
    lines = [
        f"{r['import_id']}  {r['kind']:6} {r['state']:10} {r['rows']:>8} rows  {r['file']}"
        for r in rows
    ]
    say({"items": rows}, as_json=as_json, text="\n".join(lines) or "Nothing was imported yet.")


# ---------------------------------------------------------------- pieces
@contextmanager
def _imports() -> Iterator[Imports]:
    data_dir = read_settings().data_dir
    with open_database() as database:
        yield Imports(database, data_dir)


def _options(
    kind: ImportKind,
    preset: str | None,
    mapping: Path | None,
    hotel: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> ImportOptions:
    try:
        code = TypeAdapter(HotelCode).validate_python(hotel) if hotel else None
        return ImportOptions(
            kind=kind,
            preset=preset,
            mapping=mapping_of_json(_json_of(mapping)) if mapping else None,
            hotel=code,
            encoding=encoding,
            delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter),
        )
    except ValidationError:
        fail("An option is not possible. See keshi import run --help.")
    except Invalid as error:
        fail(error.message)


def _json_of(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        fail(f"{path} is no JSON file.")
    if not isinstance(found, dict):
        fail(f"{path} must hold one JSON object.")
    return found


def _stopped_twin(imports: Imports, file: Path, kind: ImportKind) -> UUID | None:
    """The same file, stopped while it was committed: then this run goes on with it."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    with imports.database.reading() as db:
        return queries.unfinished_twin(db, sha256, kind)


def _sheet(imports: Imports, import_id: UUID) -> ImportSheet:
    with imports.database.reading() as db:
        return queries.import_sheet(db, import_id, by=whoever())


def _counts(row: Any) -> dict[str, Any]:
    return {
        "import_id": str(row.id),
        "rows": row.rows,
        **{name: getattr(row, name) for name in _OUTCOMES},
    }


def _tell(sheet: ImportSheet, *, as_json: bool, dry_run: bool) -> None:
    answer = _counts(sheet)
    counts = ", ".join(f"{answer[name]} {name}" for name in _OUTCOMES)
    lines = [f"{'Would be' if dry_run else 'Imported'}: {sheet.rows} rows: {counts}."]
    if sheet.encoding:
        mark = {"\t": "tab"}.get(sheet.delimiter or "", sheet.delimiter)
        lines.append(f"Read as {sheet.encoding}, delimiter {mark}.")
    lines += [f"  {one.rows} x {one.code}: {one.message}" for one in sheet.reasons[:20]]
    lines.append(f"Import {sheet.id}")
    say(answer, as_json=as_json, text="\n".join(lines))


class _Bar:
    """The progress bar of a terminal; in pipes it keeps quiet."""

    def __init__(self, bar: Progress | None) -> None:
        self._bar = bar
        self._task: Any = None
        self._stage = ""
        self._first = 0

    def _show(self, stage: str, done: float, total: float) -> None:
        if self._bar is None:
            return
        if stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task, self._stage = self._bar.add_task(stage, total=total), stage
        self._bar.update(self._task, completed=done, total=total)

    def checking(self, _: int, share: float) -> None:
        self._show("Checking", share, 1.0)

    def committing(self, progress: Any) -> None:
        self._show("Importing", progress.rows_done, max(progress.rows, 1))

    def undoing(self, progress: Any) -> None:
        self._first = max(self._first, progress.left)
        self._show("Undoing", self._first - progress.left, max(self._first, 1))


@contextmanager
def _bar() -> Iterator[_Bar]:
    if not on_terminal():
        yield _Bar(None)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar)
