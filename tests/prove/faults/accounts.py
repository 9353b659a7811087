"""The accounting after a fault: all that was acknowledged is there once, nothing half or twice."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Session

from crm.documents import store
from crm.kit.db import Database, sqlite_module
from crm.stays import figures
from tests.prove.faults import handlers
from tests.prove.faults.deeds import LOGIN, ROWS, Cast, Deed

_COUNTED = {
    "register": "SELECT g.full FROM guest_name g WHERE g.full LIKE 't%'",
    "contact": "SELECT substr(raw, 1, 17) FROM contact_point WHERE raw LIKE 't%@example.com'",
    "consent": "SELECT words FROM consent",
    "document": "SELECT title FROM document",
    "note": "SELECT words FROM observation WHERE code = 'LN.TOWELS'",
    "note_reviewed": "SELECT words FROM observation WHERE state = 'accepted'",
    "message": "SELECT message_id FROM intake_message WHERE kind = 'check_in'",
    handlers.POINTS: "SELECT source_id FROM point_entry",
    handlers.COMPLAINT: "SELECT headline FROM complaint",
    handlers.RECOVERY_ASKED: "SELECT words FROM compensation WHERE state = 'waiting'",
    handlers.RECOVERY_GIVEN: "SELECT words FROM compensation WHERE state = 'given'",
    handlers.LONG: "SELECT external_id FROM external_ref WHERE kind = 'long'",
}
"""Where the token of each kind of deed stands, once for every time that it was done."""

_NEVER = {
    "a guest without a contact": "SELECT n.full FROM guest_name n WHERE n.full LIKE 't%' "
    "AND n.full NOT LIKE '% %' AND NOT EXISTS (SELECT 1 FROM contact_point c "
    "WHERE c.guest_id = n.guest_id)",
    "a guest that nobody finds": "SELECT g.id FROM guest g WHERE NOT EXISTS "
    "(SELECT 1 FROM guest_search s WHERE s.guest_id = g.id) AND g.name_latin NOT LIKE 'Proof%'",
    "a guest without a row in the audit": "SELECT g.id FROM guest g WHERE g.name_latin LIKE 't%' "
    "AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.guest_id = g.id) "
    "AND g.name_latin NOT LIKE '% %'",
    "a key without its answer": "SELECT key FROM remembered_answer WHERE status = 0",
    "a message without its job": "SELECT m.id FROM intake_message m WHERE NOT EXISTS "
    "(SELECT 1 FROM job j WHERE j.name = 'intake.apply_message')",
    "a case without its first step, or that of what was given": "SELECT c.id FROM complaint c "
    "WHERE 1 + (SELECT count(*) FROM compensation g "
    "WHERE g.complaint_id = c.id AND g.state = 'given') <> "
    "(SELECT count(*) FROM complaint_step s WHERE s.complaint_id = c.id)",
    "points given in one ledger alone": "SELECT 1 AS n WHERE "
    "(SELECT coalesce(sum(g.points), 0) FROM compensation g WHERE g.state = 'given') <> "
    "(SELECT coalesce(sum(p.points), 0) FROM point_entry p WHERE p.kind = 'compensation')",
    "a line of the ledger without a row in the audit": "SELECT 1 AS n WHERE "
    "(SELECT count(*) FROM compensation) <> (SELECT count(*) FROM audit a "
    "WHERE a.subject = 'compensation' AND a.deed = 'created')",
    "what waits for an approval and nobody was told of": "SELECT 1 AS n WHERE "
    "(SELECT count(*) FROM compensation g WHERE g.state = 'waiting') <> "
    "(SELECT count(*) FROM event e WHERE e.kind = 'recovery.asked')",
    "room nights that were counted and are gone": "SELECT j.id FROM job j "
    "WHERE j.name = 'proof.nights' AND j.done_at IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM room_night_month)",
    "a note that counts and bears no claim": "SELECT id FROM observation "
    "WHERE state IN ('taken', 'accepted') AND preference_id IS NULL",
    "a note without a row in the audit": "SELECT o.id FROM observation o WHERE NOT EXISTS "
    "(SELECT 1 FROM audit a WHERE a.guest_id = o.guest_id)",
    "a balance that is not its entries": "SELECT m.id FROM membership m WHERE m.points <> "
    "(SELECT coalesce(sum(p.points), 0) FROM point_entry p WHERE p.membership_id = m.id)",
    "a stay with half its folio": "SELECT stay_id FROM folio_line GROUP BY stay_id "
    "HAVING count(*) <> 3",
    "a job in two states": "SELECT id FROM job WHERE done_at IS NOT NULL AND buried_at IS NOT NULL "
    "OR (done_at IS NOT NULL OR buried_at IS NOT NULL) AND claimed_until IS NOT NULL",
}
"""Questions whose answer must be nothing at any moment, however the house died."""


class Accounts:
    """Compares the database with what the clients were told."""

    def __init__(self, database: Database, data_dir: Path, cast: Cast) -> None:
        self._database, self._data_dir, self._cast = database, data_dir, cast

    def problems(self, deeds: Sequence[Deed], *, drained: bool = False) -> list[str]:
        """What is lost, doubled or half; with ``drained`` jobs must have been worked off too."""
        with self._database.snapshot() as connection:
            found = [deed.unfit for deed in deeds if deed.unfit]
            found += self._counts(connection, deeds, drained=drained)
            found += self._never(connection)
            found += self._jobs(connection, deeds, drained=drained)
            found += self._files(connection)
            found += self._sign_ins(connection)
            found += self._imports(connection, deeds)
            with Session(connection) as db:
                found += [f"figures differ: {each}" for each in figures.differences(db)]
        return [*found, *sound(self._database)]

    def _counts(
        self, connection: Connection, deeds: Iterable[Deed], *, drained: bool
    ) -> Iterator[str]:
        there = {kind: Counter(_tokens(connection, sql)) for kind, sql in _COUNTED.items()}
        kept = set(_tokens(connection, "SELECT key FROM remembered_answer"))
        for deed in deeds:
            if deed.kind not in there:
                continue
            number = there[deed.kind][deed.token]
            by_job = "." in deed.kind
            if number > 1:
                yield f"{deed.kind} {deed.token} was done {number} times"
            if number == 0 and deed.answered and (drained or not by_job):
                yield f"{deed.kind} {deed.token} was acknowledged and is lost"
            if (
                not by_job
                and deed.kind not in ("message", "note_reviewed")
                and (deed.token in kept) != (number == 1)
            ):
                yield f"{deed.kind} {deed.token}: effect and answer are not one"

    def _never(self, connection: Connection) -> Iterator[str]:
        for what, sql in _NEVER.items():
            if rows := connection.execute(text(sql)).all():
                yield f"{what}: {len(rows)}"

    def _jobs(
        self, connection: Connection, deeds: Sequence[Deed], *, drained: bool
    ) -> Iterator[str]:
        """Open, done and buried are what was enqueued, each exactly once."""
        rows = connection.execute(
            text("SELECT name, done_at, buried_at FROM job WHERE name LIKE 'proof.%'")
        ).all()
        put = sum(deed.answered for deed in deeds if "." in deed.kind)
        done = sum(row.done_at is not None for row in rows)
        buried = sum(row.buried_at is not None for row in rows)
        still_open = sum(row.done_at is None and row.buried_at is None for row in rows)
        if still_open + done + buried != put:
            yield f"{put} jobs were put; {still_open} open, {done} done, {buried} buried"
        refused = sum(deed.kind == handlers.REFUSED for deed in deeds)
        if drained and (still_open, buried) != (0, refused):
            yield f"of {refused} refused jobs {buried} are buried, {still_open} jobs are open"
        waiting = connection.execute(
            text("SELECT count(*) FROM intake_message WHERE state <> 'applied'")
        ).scalar_one()
        if drained and waiting:
            yield f"{waiting} messages are not applied"
        sent = sum(deed.answered for deed in deeds if deed.kind == "message")
        lines = connection.execute(text("SELECT count(*) FROM folio_line")).scalar_one()
        if drained and lines != 3 * sent:
            yield f"{lines} folio lines of {sent} reservations"

    def _files(self, connection: Connection) -> Iterator[str]:
        on_disk = set(store.names_in(self._data_dir))
        for name in _tokens(connection, "SELECT sha256 FROM document"):
            if name not in on_disk:
                yield "a document has no file"
        kept = "SELECT sha256 FROM complaint_attachment WHERE removed_at IS NULL"
        for name in _tokens(connection, kept):
            if name not in on_disk:
                yield "a case's file is not on the disk"

    def _sign_ins(self, connection: Connection) -> Iterator[str]:
        sessions = connection.execute(
            text(
                "SELECT count(*) FROM staff_session s JOIN staff p ON p.id = s.staff_id "
                "WHERE p.login = :login"
            ),
            {"login": LOGIN},
        ).scalar_one()
        noted = connection.execute(
            text("SELECT count(*) FROM audit WHERE deed = 'signed_in'")
        ).scalar_one()
        if sessions - 1 != noted:  # one was there before the proof began
            yield f"{sessions - 1} sessions, {noted} sign-ins in the audit"

    def _imports(self, connection: Connection, deeds: Iterable[Deed]) -> Iterator[str]:
        for deed in deeds:
            if not deed.kind.startswith("import"):
                continue
            names = Counter(
                _tokens(
                    connection,
                    f"SELECT g.full FROM guest_name g WHERE g.full LIKE '{deed.token} %'",
                )
            )
            if any(number > 1 for number in names.values()):
                yield "a row of an import came in twice"
            expected = {"import": ROWS, "import_undone": 0}[deed.kind]
            if deed.answered and len(names) != expected:
                yield f"{deed.kind}: {len(names)} guests instead of {expected}"
            row = connection.execute(
                text("SELECT rows_done, state FROM import_job WHERE id = :id"),
                {"id": _key(connection, deed.state["id"])},
            ).first() if "id" in deed.state else None  # fmt: skip
            if row and row.state in ("committing", "committed") and row.rows_done != len(names):
                yield f"an import says {row.rows_done} rows, {len(names)} guests are there"


def _tokens(connection: Connection, sql: str) -> list[str]:
    return [str(value) for value in connection.execute(text(sql)).scalars()]


def _key(connection: Connection, identity: str) -> Any:
    found = UUID(identity)
    return found.bytes if connection.dialect.name == "sqlite" else found


def sound(database: Database) -> Iterator[str]:
    """What SQLite itself says of the file; PostgreSQL has no such question.

    By a connection of its own: one that is older than another process's writing takes what its
    full-text index remembers for the truth, and reports corruption where there is none.
    """
    if not database.is_sqlite:
        return
    with closing(sqlite_module().connect(database.url.database)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            yield f"integrity_check: {said[:3]}"
        if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
            yield f"{len(orphans)} orphans"
