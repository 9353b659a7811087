"""Writes the audit: changes in their own transaction, views in batches beside the reads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session

from crm.audit.digests import DIGEST_COLUMN, Form, key_in_force
from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit import clock
from crm.kit.db import Database
from crm.kit.ids import new_id

if TYPE_CHECKING:  # staff stands above and writes its own audit; here only the shape is used
    from crm.staff.actor import Actor

log = logging.getLogger("keshi.audit")

BATCH = 500
PAUSE_S = 0.5

_FORM = Form(AuditRow.__table__)  # type: ignore[attr-defined]


def note(
    db: Session,
    deed: Deed,
    *,
    by: Actor,
    subject: str,
    subject_id: UUID | None = None,
    guest_id: UUID | None = None,
    fields: Sequence[str] = (),
    purpose: str | None = None,
) -> UUID:
    """Write one row in the caller's transaction; returns its id."""
    row = audit_values(
        deed,
        by=by,
        subject=subject,
        subject_id=subject_id,
        guest_id=guest_id,
        fields=fields,
        purpose=purpose,
    )
    db.connection().execute(insert(AuditRow), [row])
    identity: UUID = row["id"]
    return identity


def note_many(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows made by `audit_values` in the caller's transaction, in one statement."""
    if rows:
        db.connection().execute(insert(AuditRow), list(rows))


def audit_values(
    deed: Deed,
    *,
    by: Actor,
    subject: str,
    subject_id: UUID | None = None,
    guest_id: UUID | None = None,
    fields: Sequence[str] = (),
    purpose: str | None = None,
) -> dict[str, Any]:
    """The row as column values, stamped and digested now."""
    row: dict[str, Any] = {
        "id": new_id(),
        "at": clock.now(),
        "deed": deed,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "hotel_id": by.hotel_id,
        "subject": subject,
        "subject_id": subject_id,
        "guest_id": guest_id,
        "fields": list(fields),
        "purpose": purpose,
        "address": by.address,
        "request_id": by.request_id,
    }
    row[DIGEST_COLUMN] = key_in_force().digest(_FORM.of(row))
    return row


class ViewLog:
    """Takes ordinary views from readers and writes them within a second, and at the stop.

    A read cannot write in its own transaction, and must not wait for one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="keshi-views", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.flush()

    def viewed(
        self,
        *,
        by: Actor,
        subject: str,
        subject_id: UUID | None = None,
        guest_id: UUID | None = None,
        deed: Deed = Deed.VIEWED,
        fields: Sequence[str] = (),
    ) -> None:
        """Hand over one view; returns at once."""
        self._waiting.put(
            audit_values(
                deed,
                by=by,
                subject=subject,
                subject_id=subject_id,
                guest_id=guest_id,
                fields=fields,
            )
        )

    def flush(self) -> int:
        """Write what is waiting; returns how many rows."""
        rows: list[dict[str, Any]] = []
        while len(rows) < BATCH:
            try:
                rows.append(self._waiting.get_nowait())
            except Empty:
                break
        if not rows:
            return 0
        try:
            with self._database.writing() as db:
                db.connection().execute(insert(AuditRow), rows)
        except BaseException:
            for row in rows:
                self._waiting.put(row)
            raise
        return len(rows) + (self.flush() if len(rows) == BATCH else 0)

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            try:
                self.flush()
            except Exception:
                log.exception("views could not be written, trying again")
