"""Runs an import from the file to the end: for the command line, the doors and the worker.

It holds the database rather than a session, because an import is many transactions on
purpose: a short one for each step, and no desk waits for a file.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from crm.hotels import queries as hotels
from crm.intake import checking, committing, undoing
from crm.intake.checking import Findings
from crm.intake.committing import NotReady, Progress, locked_job, save_job
from crm.intake.mapping import ImportMapping, guess_columns, mapping_of
from crm.intake.planning import (
    BUILT_IN,
    Plan,
    PlanRequest,
    mapping_of_json,
    of_the_group,
    plan_of,
)
from crm.intake.presets_kept import preset_mapping
from crm.intake.reading import FileChoice, FileSheet, lay_out
from crm.intake.rules import name_of_file
from crm.intake.schemas import ImportOptions
from crm.intake.storage import ImportFolder, folder_of
from crm.intake.tables import ImportJob
from crm.intake.terms import ImportState, LineOutcome
from crm.kit import clock
from crm.kit.db import Database
from crm.kit.errors import Invalid, NotFound
from crm.kit.ids import new_id
from crm.kit.rows import mapping_of as columns_of
from crm.staff.actor import Actor, system

_OPEN = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED)
"""Nothing was committed yet: the file may be read in another way."""

CheckProgress = Callable[[int, float], None]
CommitProgress = Callable[[Progress], None]
Claim = Callable[[Session, UUID], None]


def quiet(*_: Any) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Imports:
    """The imports of one installation: its database and its data folder."""

    database: Database
    data_dir: Path

    def folder(self, import_id: UUID) -> ImportFolder:
        return folder_of(self.data_dir, import_id)

    # ------------------------------------------------------------ a file comes in
    def receive(
        self,
        stream: BinaryIO,
        file_name: str,
        options: ImportOptions,
        *,
        by: Actor,
        sheet_only: bool = False,
        progress: CheckProgress = quiet,
        claim: Claim = quiet,
    ) -> UUID:
        """Take a file in, lay it out and check it; the answer is the import's id.

        ``sheet_only`` leaves the check to `check`, for a page that shows the guesses first.
        ``claim`` writes something in the very transaction that keeps the import; if it raises,
        there is no import.
        """
        by.need("imports.run")
        import_id = new_id()
        folder = self.folder(import_id)
        try:
            size, sha256 = folder.take_in(stream)
            job = self._laid_out(import_id, options, by, lenient=sheet_only)
            job |= {
                "id": import_id,
                "file_name": name_of_file(file_name),
                "sha256": sha256,
                "size_bytes": size,
                "created_at": clock.now(),
                "created_by": by.staff_id,
            }
            with self.database.writing() as db:
                db.connection().execute(insert(ImportJob), [job])
                claim(db, import_id)
        except BaseException:
            folder.remove()
            raise
        if not sheet_only:
            self.check(import_id, by=by, progress=progress)
        return import_id

    def change(
        self,
        import_id: UUID,
        options: ImportOptions,
        *,
        by: Actor,
        sheet_only: bool = False,
        progress: CheckProgress = quiet,
    ) -> None:
        """Read the file anew with other choices; only before anything was committed."""
        by.need("imports.run")
        with self.database.reading() as db:
            _need_open(db, import_id)
        job = self._laid_out(import_id, options, by, lenient=sheet_only)
        with self.database.writing() as db:
            before = locked_job(db, import_id)
            if before["state"] not in _OPEN:
                raise NotReady(before["state"])
            save_job(db, import_id, **job)
        if not sheet_only:
            self.check(import_id, by=by, progress=progress)

    def _laid_out(
        self, import_id: UUID, options: ImportOptions, by: Actor, *, lenient: bool
    ) -> dict[str, Any]:
        """Read the file and settle the mapping; the columns of the import's row."""
        folder = self.folder(import_id)
        choice = FileChoice(options.encoding, options.delimiter, options.sheet)
        sheet = lay_out(folder.upload, folder.rows, choice)
        with self.database.reading() as db:
            mapping, hotel_id, told = _settled(db, sheet, options, by)
            request = request_of(
                {
                    "kind": options.kind,
                    "preset": options.preset,
                    "mapping": mapping.model_dump(mode="json"),
                    "hotel_id": hotel_id,
                    "created_by": by.staff_id,
                    "report": {"header": sheet.header, **told},
                }
            )
            problem = _problem_of(db, request, lenient=lenient)
        report = {**asdict(sheet), **told, "choice": asdict(choice)}
        report["sure"] = sheet.sure
        return {
            "kind": options.kind,
            "state": ImportState.UPLOADED,
            "hotel_id": hotel_id,
            "encoding": sheet.encoding,
            "delimiter": sheet.delimiter,
            "preset": options.preset,
            "mapping": mapping.model_dump(mode="json"),
            "rows": sheet.rows,
            "rows_done": 0,
            "position": 0,
            "changes": 0,
            "problem": problem,
            "report": report,
            **dict.fromkeys((o.value for o in LineOutcome), 0),
        }

    # ------------------------------------------------------------ the dry run
    def check(self, import_id: UUID, *, by: Actor, progress: CheckProgress = quiet) -> Findings:
        """The dry run; afterwards the import is ready to be committed."""
        by.need("imports.run")
        with self.database.reading() as db:
            job = _need_open(db, import_id)
            plan = plan_of(db, request_of(job))
        folder = self.folder(import_id)

        def tell(rows: int, share: float) -> None:
            folder.say(share)
            progress(rows, share)

        findings = checking.check(self.database.reading, plan, folder, tell)
        with self.database.writing() as db:
            keep_findings(db, import_id, findings)
        return findings

    # ------------------------------------------------------------ commit and undo
    def commit(self, import_id: UUID, *, by: Actor, progress: CommitProgress = quiet) -> Progress:
        """Bring everything in, batch by batch; goes on where an earlier run was stopped."""
        by.need("imports.run")
        with self.database.writing() as db:
            committing.start_commit(db, import_id)
        folder = self.folder(import_id)
        plan = self._plan(import_id)
        while True:
            with self.database.writing() as db:
                done = committing.commit_batch(db, import_id, plan, folder, by=by)
            progress(done)
            if done.finished:
                return done

    def _plan(self, import_id: UUID) -> Plan:
        with self.database.reading() as db:
            return plan_for(db, import_id, self.folder(import_id))

    def undo(
        self,
        import_id: UUID,
        *,
        by: Actor,
        progress: Callable[[undoing.UndoProgress], None] = quiet,
    ) -> undoing.UndoProgress:
        """Take everything back; goes on where an earlier run was stopped."""
        by.need("imports.run")
        with self.database.writing() as db:
            undoing.start_undo(db, import_id)
        while True:
            with self.database.writing() as db:
                done = undoing.undo_batch(db, import_id, by=by)
            progress(done)
            if done.finished:
                return done


# ---------------------------------------------------------------- planning from the kept row
def plan_for(db: Session, import_id: UUID, folder: ImportFolder) -> Plan:
    """The plan of an import as it was settled when the file came in."""
    job = job_row(db, import_id)
    return plan_of(db, request_of(job), folder.duplicate_lines())


def request_of(job: dict[str, Any]) -> PlanRequest:
    report = job["report"]
    return PlanRequest(
        kind=job["kind"],
        header=report["header"],
        mapping=mapping_of_json(job["mapping"]),
        preset=job["preset"],
        hotel_id=job["hotel_id"],
        hotel_ids=[UUID(one) for one in report["hotel_ids"]],
        may_open=report["may_open"],
        by_id=job["created_by"],
    )


def job_row(db: Session, import_id: UUID) -> dict[str, Any]:
    """All columns of an import; `NotFound` if there is none."""
    row = (
        db.connection()
        .execute(select(ImportJob.__table__).where(col(ImportJob.id) == import_id))  # type: ignore[attr-defined]
        .first()
    )
    if row is None:
        raise NotFound("There is no such import.", "import")
    return dict(columns_of(row))


def _need_open(db: Session, import_id: UUID) -> dict[str, Any]:
    job = job_row(db, import_id)
    if job["state"] not in _OPEN:
        raise NotReady(job["state"])
    return job


def start_check(db: Session, import_id: UUID) -> None:
    """Say that the dry run is on its way, for the worker that does it."""
    job = locked_job(db, import_id)
    if job["state"] not in _OPEN:
        raise NotReady(job["state"])
    save_job(db, import_id, state=ImportState.CHECKING)


def keep_findings(db: Session, import_id: UUID, findings: Findings) -> None:
    """What the dry run found becomes the import's counts."""
    job = locked_job(db, import_id)
    if job["state"] not in _OPEN:
        raise NotReady(job["state"])
    report = {**job["report"], "reasons": dict(findings.reasons), "first": findings.first}
    save_job(
        db,
        import_id,
        state=ImportState.CHECKED,
        problem=None,
        rows=findings.rows,
        report=report,
        **{o.value: findings.outcomes[o] for o in LineOutcome},
    )


def _settled(
    db: Session, sheet: FileSheet, options: ImportOptions, by: Actor
) -> tuple[ImportMapping, UUID | None, dict[str, Any]]:
    """The mapping in force, the hotel of rows that name none, and what the actor may reach."""
    mapping = options.mapping
    if mapping is None and options.preset is not None:
        mapping = mapping_of_json(preset_mapping(db, options.kind, options.preset))
    elif options.preset is not None:
        preset_mapping(db, options.kind, options.preset)
    guesses = guess_columns(options.kind, sheet.header, sheet.samples)
    if mapping is None or (not mapping.columns and options.preset not in BUILT_IN):
        mapping = mapping_of(guesses, mapping)
    hotel_id = _hotel(db, options.hotel or mapping.hotel, by)
    group = of_the_group(by)
    if hotel_id is None and not (group and options.preset in BUILT_IN):
        hotel_id = by.hotel_id
    told = {
        "hotel_ids": [] if by.is_system else [str(one) for one in sorted(by.hotel_ids)],
        "may_open": group,
        "guesses": [asdict(g) for g in guesses],
    }
    return mapping, hotel_id, told


def _hotel(db: Session, code: str | None, by: Actor) -> UUID | None:
    if code is None:
        return None
    found = next((h for h in hotels.hotels_of(db, by=by) if h.code == code), None)
    if found is None:
        raise Invalid("There is no hotel with this code here.", "hotel", pointer="/hotel")
    return found.id


def _problem_of(db: Session, request: PlanRequest, *, lenient: bool) -> str | None:
    """Why the mapping cannot work, as a code, where a page asks; else it is refused."""
    try:
        plan_of(db, request)
    except Invalid as error:
        if not lenient:
            raise
        return error.code
    return None


def house() -> Actor:
    """Who goes on with an import after the person has asked for it."""
    return system("import")
