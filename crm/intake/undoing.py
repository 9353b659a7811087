"""Undo: every row that an import wrote goes back, unless somebody has used it since.

From the last change to the first, some hundreds in a transaction, so undo too can be killed
and resumed. A guest, stay, company or hotel that has got other data stays as a whole, and the
answer says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.indexing import refresh_keys
from crm.guests.tables import Guest
from crm.intake import change_log
from crm.intake.committing import NotReady, locked_job, save_job
from crm.intake.entities import CHILDREN, DERIVED, LOOSE, is_thing
from crm.intake.points_in import BALANCES
from crm.intake.tables import MatchReview
from crm.intake.terms import UNDO_DAYS, ImportState, ReviewState
from crm.kit import clock, failpoints, images
from crm.kit.errors import RuleBroken
from crm.kit.images import Change, table_named, unpacked
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.stays import figures
from crm.stays.tables import Stay

BATCH = 400
KEPT_MAX = 20


@dataclass
class _Work:
    """What one batch of undo has met."""

    kept: list[dict[str, str]] = field(default_factory=list)
    stale: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class UndoProgress:
    """``left`` changes are still to be taken back; ``kept`` things stay."""

    left: int
    finished: bool
    kept: int


def start_undo(db: Session, import_id: UUID) -> bool:
    """Let undo begin: within 30 days, and only for an import whose commit has begun.

    False when all is taken back. Who lost the answer may ask again.
    """
    job = locked_job(db, import_id)
    if job["state"] in (ImportState.UNDOING, ImportState.UNDONE):
        return job["state"] is ImportState.UNDOING
    if job["state"] not in (ImportState.COMMITTED, ImportState.COMMITTING):
        raise NotReady(job["state"])
    since = job["committed_at"] or job["created_at"]
    if (clock.now() - since).days >= UNDO_DAYS:
        raise RuleBroken("An import can be undone for 30 days.", "undo_expired")
    report = {**job["report"], "kept": [], "kept_count": 0}
    save_job(db, import_id, state=ImportState.UNDOING, report=report)
    return True


def undo_batch(db: Session, import_id: UUID, *, by: Actor) -> UndoProgress:
    """Take back the next changes. An import that is undone already is left alone."""
    job = locked_job(db, import_id)
    if job["state"] is not ImportState.UNDOING:
        if job["state"] is ImportState.UNDONE:
            return UndoProgress(0, finished=True, kept=job["report"].get("kept_count", 0))
        raise NotReady(job["state"])
    numbers, latest = change_log.latest(db, import_id, BATCH)
    work = _Work()
    for things, run in _runs(latest):
        _take_back_things(db, run, work) if things else _take_back_rows(db, run, work)
    _refresh(db, work.stale)
    change_log.forget(db, import_id, numbers)
    report = dict(job["report"])
    report["kept_count"] = report.get("kept_count", 0) + len(work.kept)
    report["kept"] = [*report.get("kept", []), *work.kept][:KEPT_MAX]
    left = max(0, job["changes"] - len(latest)) if latest else 0
    finished = len(latest) < BATCH or left == 0
    values: dict[str, Any] = {"changes": left, "report": report}
    if finished:
        values |= {"state": ImportState.UNDONE, "undone_at": clock.now(), "changes": 0}
        _close_reviews(db, import_id)
        audit.note(db, Deed.UNDONE, by=by, subject="import", subject_id=import_id)
    failpoints.reach("undo.applied")
    save_job(db, import_id, **values)
    return UndoProgress(left, finished, report["kept_count"])


def _runs(changes: Sequence[Change]) -> Iterator[tuple[bool, list[Change]]]:
    """Neighbours of one table, so that many things are asked about in one question."""
    for (things, _), run in groupby(changes, key=lambda c: (is_thing(c), c.table)):
        yield things, list(run)


# ---------------------------------------------------------------- things
def _take_back_things(db: Session, run: Sequence[Change], work: _Work) -> None:
    table_name = run[0].table
    expected = {unpacked(c.key["id"]): c.after or {} for c in run}
    there = _there(db, table_name, list(expected))
    children = images.children_of(table_name, LOOSE)
    counts = images.count_children(db, children, list(there))
    gone, places = [], set()
    for identity, row in there.items():
        found = {p: n for p, n in counts[identity].items() if p not in DERIVED}
        stamps = {k: v for k, v in expected[identity].items() if k != CHILDREN}
        if found != expected[identity][CHILDREN] or any(row.get(k) != v for k, v in stamps.items()):
            work.kept.append(_named(db, table_name, identity))
            work.stale |= _guests_of(table_name, identity, row)
            continue
        gone.append(identity)
        places |= set(counts[identity])
    images.remove_children(db, sorted(places), gone)
    table = table_named(table_name)
    if gone:
        db.connection().execute(delete(table).where(table.c.id.in_(gone)))


def _there(db: Session, table_name: str, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    pictures = images.picture(db, {table_name: "id"}, ids)
    return {key[0]: doc for (_, key), doc in pictures.items()}


def _named(db: Session, table_name: str, identity: UUID) -> dict[str, str]:
    """How a thing that stays is called in the answer: guests by their reference."""
    name = str(identity)
    if table_name == "guest":
        found = db.connection().scalar(select(*cols(Guest.ref)).where(col(Guest.id) == identity))
        name = str(found or identity)
    return {"kind": table_name, "name": name}


def _guests_of(table_name: str, identity: UUID, row: dict[str, Any]) -> set[UUID]:
    if table_name == "guest":
        return {identity}
    guest = unpacked(row.get("guest_id")) if table_name == "stay" else None
    return {guest} if guest else set()


# ---------------------------------------------------------------- single rows
_QUIET = images.HOUSEKEEPING | {"last_seen_on"}
_DERIVED_TABLES = {place.split(".")[0] for place in DERIVED}


def _take_back_rows(db: Session, run: Sequence[Change], work: _Work) -> None:
    for change in run:
        done = images.take_back(db, change, running=BALANCES, quiet=_QUIET)
        if change.table in _DERIVED_TABLES:
            if not done:
                work.stale.add(_owner(change))
        elif not done:
            work.kept.append({"kind": change.table, "name": ""})
            if change.table in ("stay", "folio_line"):
                work.stale |= _guests_of_stay(db, change)


def _owner(change: Change) -> UUID:
    doc = change.after or change.before or {}
    owner: UUID = unpacked(change.key.get("guest_id") or doc.get("guest_id"))
    return owner


def _guests_of_stay(db: Session, change: Change) -> set[UUID]:
    stay_id = unpacked(change.key.get("stay_id") or change.key.get("id"))
    found = db.connection().scalar(select(*cols(Stay.guest_id)).where(col(Stay.id) == stay_id))
    return {found} if found else set()


def _refresh(db: Session, guest_ids: set[UUID]) -> None:
    """Where derived rows could not simply go back, make them anew."""
    if not guest_ids:
        return
    there = db.connection().execute(
        select(*cols(Guest.id)).where(col(Guest.id).in_(sorted(guest_ids)))
    )
    ids = [row.id for row in there]
    figures.refresh(db, ids)
    refresh_keys(db, ids)


def _close_reviews(db: Session, import_id: UUID) -> None:
    db.connection().execute(
        update(MatchReview)
        .where(
            col(MatchReview.import_id) == import_id,
            col(MatchReview.state) == ReviewState.OPEN,
        )
        .values(state=ReviewState.REJECTED, decided_at=clock.now())
    )
