"""The commit: rows become guests, stays, lines, batch by batch, each in one transaction.

What a batch wrote, how it is taken back, what became of its rows and where the next batch
begins are one transaction: a process that is killed leaves the import exactly between two
batches, and going on gives the same end as if nothing had happened.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.intake import change_log
from crm.intake.checking import reasons_of
from crm.intake.decisions import Decision, Parsed
from crm.intake.faults import Fault, mark
from crm.intake.planning import Plan
from crm.intake.reading import SourceRow, rows_of
from crm.intake.storage import ImportFolder
from crm.intake.tables import ImportJob, ImportJobLine, MatchReview
from crm.intake.terms import BATCH_ROWS, ImportKind, ImportState, LineOutcome, ReviewState
from crm.kit import clock, failpoints
from crm.kit.errors import NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.kit.pouring import let_planner_know, pour
from crm.kit.rows import mapping_of
from crm.staff.actor import Actor


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a commit is; ``position`` names the batch, for keys of jobs."""

    rows: int
    rows_done: int
    position: int
    finished: bool


class NotReady(RuleBroken):
    """The import is not in the state that this needs."""

    def __init__(self, state: ImportState) -> None:
        super().__init__(
            mark("This is not possible now: the import is %(state)s."),
            "import_state",
            state=state.value,
        )


def locked_job(db: Session, import_id: UUID) -> dict[str, Any]:
    """The import's own row, held against other workers until the transaction ends."""
    row = (
        db.connection()
        .execute(
            select(ImportJob.__table__)  # type: ignore[attr-defined]
            .where(col(ImportJob.id) == import_id)
            .with_for_update()
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such import.", "import")
    return dict(mapping_of(row))


def save_job(db: Session, import_id: UUID, **values: Any) -> None:
    db.connection().execute(
        update(ImportJob).where(col(ImportJob.id) == import_id).values(**values)
    )


def start_commit(db: Session, import_id: UUID) -> bool:
    """Let the batches begin; False when all are in. Who lost the answer may ask again."""
    job = locked_job(db, import_id)
    if job["state"] in (ImportState.COMMITTING, ImportState.COMMITTED):
        return job["state"] is ImportState.COMMITTING
    if job["state"] is not ImportState.CHECKED:
        raise NotReady(job["state"])
    counts = dict.fromkeys((o.value for o in LineOutcome), 0)
    save_job(db, import_id, state=ImportState.COMMITTING, position=0, rows_done=0, **counts)
    return True


def commit_batch(
    db: Session, import_id: UUID, plan: Plan, folder: ImportFolder, *, by: Actor
) -> Progress:
    """Bring in the next rows. An import that is finished already is left alone."""
    job = locked_job(db, import_id)
    if job["state"] is not ImportState.COMMITTING:
        if job["state"] is ImportState.COMMITTED:
            return Progress(job["rows"], job["rows_done"], job["position"], finished=True)
        raise NotReady(job["state"])
    rows = list(islice(rows_of(folder.rows, start=job["position"]), BATCH_ROWS))
    decisions = plan.decide(db, [plan.parse(row) for row in rows]) if rows else []
    changes = plan.kind_import.apply(db, decisions) if decisions else []
    failpoints.reach("import.applied")
    last = change_log.keep(db, import_id, job["changes"], changes)
    _keep_lines(db, import_id, decisions)
    starts = _starts(job["position"], rows)
    _keep_reviews(db, job, decisions, starts)
    position = rows[len(decisions) - 1].end if decisions else job["position"]
    done = job["rows_done"] + len(decisions)
    counts = Counter(d.outcome.value for d in decisions)
    values: dict[str, Any] = {o.value: job[o.value] + counts[o.value] for o in LineOutcome}
    finished = done >= job["rows"] or not rows
    if finished:
        values |= {"state": ImportState.COMMITTED, "committed_at": clock.now()}
        audit.note(
            db, Deed.IMPORTED, by=by, subject="import", subject_id=import_id,
            fields=[job["kind"].value],
        )  # fmt: skip
    if _has_grown(job["rows_done"], done):
        let_planner_know(db, _GROWING[job["kind"]])
    failpoints.reach("import.kept")
    save_job(db, import_id, position=position, rows_done=done, changes=last, **values)
    return Progress(job["rows"], done, position, finished)


_PEOPLE = ("guest", "guest_name", "contact_point", "guest_search", "external_ref")
_GROWING: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.GUESTS: _PEOPLE,
    ImportKind.STAYS: (*_PEOPLE, "stay", "company"),
    ImportKind.FOLIO: ("folio_line", "external_ref"),
    ImportKind.POINTS: ("point_entry", "membership"),
}
"""The tables that an import of a kind asks while it fills them."""


def _has_grown(before: int, done: int) -> bool:
    """At 1,000 rows, and each time when there are four times as many."""
    return any(before < 1000 * 4**step <= done for step in range(8))


def _starts(position: int, rows: Sequence[SourceRow]) -> dict[int, int]:
    """Where each row begins in the row file, by its line."""
    starts = {}
    for row in rows:
        starts[row.line] = position
        position = row.end
    return starts


def _keep_lines(db: Session, import_id: UUID, decisions: Sequence[Decision]) -> None:
    """Remember what did not come in, and why."""
    pour(
        db,
        ImportJobLine,
        [
            {
                "import_id": import_id,
                "row_no": d.line,
                "outcome": d.outcome,
                "target_id": d.target_id,
                "reasons": reasons_of(d),
            }
            for d in decisions
            if d.outcome in (LineOutcome.REJECTED, LineOutcome.UNCLEAR)
        ],
    )


def _keep_reviews(
    db: Session, job: dict[str, Any], decisions: Sequence[Decision], starts: dict[int, int]
) -> None:
    unclear = [d for d in decisions if d.outcome is LineOutcome.UNCLEAR and d.parsed]
    pour(
        db,
        MatchReview,
        [
            {
                "id": new_id(),
                "state": ReviewState.OPEN,
                "import_id": job["id"],
                "row_no": d.line,
                "hotel_id": job["hotel_id"],
                "incoming": _incoming(d, job, starts[d.line]),
                "candidates": [{"guest_id": str(g)} for g in d.candidates],
                "created_at": clock.now(),
            }
            for d in unclear
        ],
    )


_SHOWN = ("name", "family", "given", "latin", "birthday", "nationality", "company", "arrival",
          "departure", "confirmation_no")  # fmt: skip


def _incoming(decision: Decision, job: dict[str, Any], position: int) -> dict[str, Any]:
    """What the person who decides needs to see, and where the row is."""
    values = decision.parsed.values if decision.parsed else {}
    shown = {name: str(values[name]) for name in _SHOWN if values.get(name)}
    for name in ("phone", "email"):
        if values.get(name):
            shown[name] = values[name].raw
    return {
        "kind": job["kind"].value,
        "reason": decision.reason,
        "position": position,
        "values": shown,
    }


# ---------------------------------------------------------------- one row, decided by a person
def commit_row(db: Session, job: dict[str, Any], plan: Plan, parsed: Parsed) -> Decision:
    """Bring in one row of the review; the import's counts, line and changes follow."""
    decision = plan.decide(db, [parsed])[0]
    if decision.outcome is LineOutcome.UNCLEAR:
        raise RuleBroken("The row is still unclear.", "still_unclear")
    changes = plan.kind_import.apply(db, [decision])
    last = change_log.keep(db, job["id"], job["changes"], changes)
    move_line(db, job, decision, changes=last)
    return decision


def move_line(
    db: Session, job: dict[str, Any], decision: Decision, *, changes: int | None = None
) -> None:
    """An unclear row got its outcome."""
    db.connection().execute(
        update(ImportJobLine)
        .where(
            col(ImportJobLine.import_id) == job["id"], col(ImportJobLine.row_no) == decision.line
        )
        .values(
            outcome=decision.outcome,
            target_id=decision.target_id,
            reasons=reasons_of(decision),
        )
    )
    outcome = decision.outcome.value
    save_job(
        db,
        job["id"],
        changes=job["changes"] if changes is None else changes,
        unclear=job["unclear"] - 1,
        **{outcome: job[outcome] + 1},
    )


def declined(line: int) -> Decision:
    """The outcome of a row that was refused in the review."""
    return Decision(line, LineOutcome.REJECTED, faults=[Fault("", "declined")])


def parsed_at(plan: Plan, folder: ImportFolder, position: int) -> Parsed | None:
    """The row at a position of the row file; None when the file is gone."""
    if not folder.rows.exists():
        return None
    row = next(rows_of(folder.rows, start=position), None)
    return None if row is None else plan.parse(row)
