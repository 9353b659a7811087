"""Decides what waits in the review, saves presets, forgets old files."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.tables import Guest
from crm.guests.terms import GuestState
from crm.intake import applying, committing, queries
from crm.intake.decisions import Decision, Forced
from crm.intake.planning import BUILT_IN
from crm.intake.presets_kept import save_preset
from crm.intake.running import plan_for
from crm.intake.schemas import PresetSave, ReviewDecision
from crm.intake.storage import folder_of
from crm.intake.tables import ImportJob, MatchReview
from crm.intake.terms import UNDO_DAYS, ImportState, LineOutcome, ReviewState
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken
from crm.kit.rows import cols, mapping_of
from crm.staff.actor import Actor

_STATES = {
    LineOutcome.NEW: ReviewState.CREATED,
    LineOutcome.REJECTED: ReviewState.REJECTED,
    LineOutcome.MATCHED: ReviewState.MATCHED,
    LineOutcome.UNCHANGED: ReviewState.MATCHED,
}


def decide_review(
    db: Session, review_id: UUID, decision: ReviewDecision, *, by: Actor, data_dir: Path
) -> LineOutcome:
    """Bring an unclear row in as this guest's, as a new guest's, or refuse it."""
    by.need("imports.review")
    queries.review_row(db, review_id, by=by)
    review = _locked_review(db, review_id)
    outcome = (
        _of_message(db, review, decision, by=by)
        if review["message_id"] is not None
        else _of_import(db, review, decision, data_dir)
    )
    db.connection().execute(
        update(MatchReview)
        .where(col(MatchReview.id) == review_id)
        .values(
            state=_STATES[outcome],
            decided_at=clock.now(),
            decided_by=by.staff_id,
            guest_id=decision.guest_id,
        )
    )
    audit.note(
        db,
        Deed.CHANGED,
        by=by,
        subject="review",
        subject_id=review_id,
        guest_id=decision.guest_id,
        fields=[decision.verdict],
    )
    return outcome


def _of_import(
    db: Session, review: dict[str, Any], decision: ReviewDecision, data_dir: Path
) -> LineOutcome:
    job = committing.locked_job(db, review["import_id"])
    if job["state"] not in (ImportState.COMMITTING, ImportState.COMMITTED):
        raise Conflict("This import was undone.", "import_undone")
    return _made(db, review, job, decision, data_dir).outcome


def _of_message(
    db: Session, review: dict[str, Any], decision: ReviewDecision, *, by: Actor
) -> LineOutcome:
    """A reservation that came as a message: refused, its stay stands without a guest."""
    if decision.verdict == "reject":
        return LineOutcome.REJECTED
    if decision.verdict == "accept":
        _need_candidate(db, review, decision.guest_id)
        applying.decide(db, review["message_id"], decision.guest_id, by=by)
        return LineOutcome.MATCHED
    applying.decide(db, review["message_id"], None, by=by)
    return LineOutcome.NEW


def _locked_review(db: Session, review_id: UUID) -> dict[str, Any]:
    row = (
        db.connection()
        .execute(
            select(MatchReview.__table__)  # type: ignore[attr-defined]
            .where(col(MatchReview.id) == review_id)
            .with_for_update()
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such row in the review.", "review")
    found = dict(mapping_of(row))
    if found["state"] is not ReviewState.OPEN:
        raise Conflict("Somebody else has decided this row meanwhile.", "review_decided")
    return found


def _made(
    db: Session,
    review: dict[str, Any],
    job: dict[str, Any],
    decision: ReviewDecision,
    data_dir: Path,
) -> Decision:
    if decision.verdict == "reject":
        made = committing.declined(review["row_no"])
        committing.move_line(db, job, made)
        return made
    if decision.verdict == "accept":
        _need_candidate(db, review, decision.guest_id)
    folder = folder_of(data_dir, job["id"])
    plan = plan_for(db, job["id"], folder)
    parsed = committing.parsed_at(plan, folder, review["incoming"]["position"])
    if parsed is None:
        raise RuleBroken("The file is no longer kept. Import it again.", "file_gone")
    parsed.forced = Forced(decision.guest_id if decision.verdict == "accept" else None)
    return committing.commit_row(db, job, plan, parsed)


def _need_candidate(db: Session, review: dict[str, Any], guest_id: UUID | None) -> None:
    """Only a guest that the row was held against can be chosen."""
    if guest_id is None:
        raise Invalid("Say which guest it is.", "guest_missing", pointer="/guest_id")
    if str(guest_id) not in {c["guest_id"] for c in review["candidates"]}:
        raise Invalid("This guest is no candidate of the row.", "guest", pointer="/guest_id")
    state = db.connection().scalar(select(*cols(Guest.state)).where(col(Guest.id) == guest_id))
    if state is None or state is GuestState.MERGED:
        raise Conflict("This file is gone. Load the list again.", "guest_gone")


def keep_preset(db: Session, import_id: UUID, saving: PresetSave, *, by: Actor) -> None:
    """Save the mapping of an import under a name."""
    by.need("imports.run")
    job = queries.need_import(db, import_id, by=by)
    if job["preset"] in BUILT_IN:
        raise RuleBroken("This import uses a preset that ships.", "preset_built_in")
    save_preset(db, saving.name, job["kind"], job["mapping"], by_id=by.staff_id)


def forget_files(db: Session, data_dir: Path, limit: int = 100) -> int:
    """Delete the files of imports whose undo has run out; returns how many."""
    before = clock.now() - timedelta(days=UNDO_DAYS)
    rows = db.connection().execute(
        select(*cols(ImportJob.id)).where(col(ImportJob.created_at) < before).limit(10_000)
    )
    gone = 0
    for row in rows:
        folder = folder_of(data_dir, row.id)
        if gone < limit and folder.path.exists():
            folder.remove()
            gone += 1
    return gone
