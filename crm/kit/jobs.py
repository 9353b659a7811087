"""Work for later, kept in the same database as the facts it follows from.

One claim statement serves both databases: SQLite's compiler drops FOR UPDATE, and its
writers are alone anyway; on PostgreSQL SKIP LOCKED keeps two workers apart (without it
1,023 of 2,000 jobs were claimed twice). A claim is a lease: a worker that dies leaves its
job to the next one. Each claim has a number, and only the newest one may mark the job done:
a worker that was thought dead and comes back loses its work instead of doubling it.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlmodel import Session, col

from crm.kit import clock, failpoints, holding
from crm.kit.db import Database, Trouble, insert_once, trouble_of
from crm.kit.errors import CrmError
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.kit.tables import JobRow

log = logging.getLogger("keshi.jobs")

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=10)
AT_ONCE = 3
"""How often a job is begun anew, at once, when the database called it off for another's sake."""

Handler = Callable[[Session, dict[str, Any]], None]
LongHandler = Callable[[Database, dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_long_handlers: dict[str, LongHandler] = {}
_outward: set[str] = set()


@dataclass(frozen=True)
class Claimed:
    """A job in hand; ``attempts`` is the number of the claim, too."""

    id: UUID
    name: str
    payload: dict[str, Any]
    attempts: int


class ClaimLost(Exception):
    """The lease was over and another worker has the job; what was done for it is undone."""


def job(name: str, *, outward: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of the jobs called ``name``; it runs in one transaction.

    ``outward``: it reaches somebody outside, so it is held while the house is held.
    """

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        if outward:
            _outward.add(name)
        return handler

    return register


def long_job(name: str) -> Callable[[LongHandler], LongHandler]:
    """Register a handler that takes the database and minutes; its transactions are its own.

    It may run twice (a crash before the done mark), so what it does must bear that.
    """

    def register(handler: LongHandler) -> LongHandler:
        _long_handlers[name] = handler
        return handler

    return register


def registered_names() -> list[str]:
    return sorted({**_handlers, **_long_handlers})


def enqueue(
    db: Session,
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Put a job; with a ``key`` that was used before nothing happens and False comes back."""
    identity = new_id()
    put = insert_once(
        db,
        JobRow,
        "key",
        id=identity,
        name=name,
        key=key or f"{name}:{identity}",
        payload=payload or {},
        run_at=run_at or clock.now(),
        attempts=0,
        held_at=clock.now() if name in _outward and holding.held(db) else None,
    )
    failpoints.reach("job.put")
    return put


def claim(database: Database, worker: str) -> Claimed | None:
    """Take the next due job, or None. Its own short transaction."""
    now = clock.now()
    due = (
        select(col(JobRow.id))
        .where(
            col(JobRow.done_at).is_(None),
            col(JobRow.buried_at).is_(None),
            col(JobRow.held_at).is_(None),
            col(JobRow.run_at) <= now,
            or_(col(JobRow.claimed_until).is_(None), col(JobRow.claimed_until) < now),
        )
        .order_by(col(JobRow.run_at), col(JobRow.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(JobRow)
        .where(col(JobRow.id) == due)
        .values(
            claimed_by=worker,
            claimed_until=now + LEASE,
            attempts=col(JobRow.attempts) + 1,
        )
        .returning(*cols(JobRow.id, JobRow.name, JobRow.payload, JobRow.attempts))
    )
    with database.writing() as db:
        row = db.connection().execute(taken).first()
    if row is None:
        return None
    failpoints.reach("job.claimed")
    return Claimed(row.id, row.name, row.payload, row.attempts)


def run(database: Database, claimed: Claimed) -> bool:
    """Do one claimed job; the effect and the done mark are one transaction.

    A `CrmError` buries the job, since a person must look; anything else is tried again with
    a growing pause and buried after eight attempts. What the database called off for another
    transaction's sake is begun anew at once, a few times.
    """
    try:
        for turn in range(AT_ONCE):
            try:
                _do(database, claimed)
                break
            except Exception as error:
                if trouble_of(error) is not Trouble.CALLED_OFF or turn == AT_ONCE - 1:
                    raise
    except ClaimLost:
        log.warning("another worker has the job", extra=_of(claimed))
        return False
    except Exception as error:
        log.warning("job failed", extra=_of(claimed), exc_info=True)
        failpoints.reach("job.failed")
        _fail(database, claimed, error)
        return False
    return True


def _of(claimed: Claimed) -> dict[str, str]:
    return {"job": claimed.name, "job_id": str(claimed.id)}


def _do(database: Database, claimed: Claimed) -> None:
    if claimed.name in _long_handlers:
        with _kept(database, claimed):
            _long_handlers[claimed.name](database, claimed.payload)
        failpoints.reach("job.long_done")
        with database.writing() as db:
            _done(db, claimed)
        return
    handler = _handlers[claimed.name]
    with database.writing() as db:
        handler(db, claimed.payload)
        failpoints.reach("job.handled")
        _done(db, claimed)


def _done(db: Session, claimed: Claimed) -> None:
    if not _settle(db, claimed, done_at=clock.now(), last_error=None):
        raise ClaimLost


@contextmanager
def _kept(database: Database, claimed: Claimed) -> Iterator[None]:
    """Renew the lease of a long job while it runs; it ends with the process."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 5):
            with suppress(Exception), database.writing() as db:
                db.connection().execute(
                    update(JobRow).where(*_still(claimed)).values(claimed_until=clock.now() + LEASE)
                )

    thread = threading.Thread(target=renew, name="keshi-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _fail(database: Database, claimed: Claimed, error: Exception) -> None:
    final = isinstance(error, CrmError | KeyError) or claimed.attempts >= MAX_ATTEMPTS
    # The class and the place, not the message: a message may carry a guest's data.
    place = traceback.extract_tb(error.__traceback__)[-1]
    line = f"{type(error).__name__} in {place.name}:{place.lineno}"
    if isinstance(error, CrmError):
        line = f"{error.code}: {error.message}"[:500]
    with database.writing() as db:
        if final:
            _settle(db, claimed, buried_at=clock.now(), last_error=line)
        else:
            pause = FIRST_RETRY * 2 ** (claimed.attempts - 1)
            _settle(db, claimed, run_at=clock.now() + pause, last_error=line)


def _settle(db: Session, claimed: Claimed, **values: Any) -> bool:
    """Give the job out of hand; False when it is no longer in this one."""
    settled = db.connection().execute(
        update(JobRow).where(*_still(claimed)).values(claimed_by=None, claimed_until=None, **values)
    )
    return settled.rowcount == 1


def _still(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    """The job, as long as nobody has claimed it since; held meanwhile counts as lost."""
    return (
        col(JobRow.id) == claimed.id,
        col(JobRow.attempts) == claimed.attempts,
        col(JobRow.claimed_until).is_not(None),
    )


def work_off(database: Database, *, worker: str = "here", limit: int = 1000) -> int:
    """Do what is due now, one after another; returns how many went well."""
    done = 0
    for _ in range(limit):
        claimed = claim(database, worker)
        if claimed is None:
            break
        done += run(database, claimed)
    return done


def is_open(db: Session, name: str) -> bool:
    """Whether a job of this name waits or is being done."""
    query = (
        select(col(JobRow.id))
        .where(
            col(JobRow.name) == name,
            col(JobRow.done_at).is_(None),
            col(JobRow.buried_at).is_(None),
            col(JobRow.held_at).is_(None),
        )
        .limit(1)
    )
    return db.connection().execute(query).first() is not None


def buried(db: Session) -> int:
    """How many jobs were given up and wait for a person."""
    query = select(func.count()).select_from(JobRow).where(col(JobRow.buried_at).is_not(None))
    return db.connection().scalar(query) or 0


@dataclass(frozen=True)
class Queue:
    """How the work stands; ``oldest_s`` is how long the job that is due longest has waited."""

    waiting: int
    due: int
    claimed: int
    buried: int
    oldest_s: float


def queue(db: Session) -> Queue:
    """Count the open jobs by their state."""
    now = clock.now()
    claimed = col(JobRow.claimed_until) >= now
    due = (col(JobRow.run_at) <= now) & (col(JobRow.claimed_until).is_(None) | ~claimed)
    row = (
        db.connection()
        .execute(
            select(
                func.count(),
                func.count().filter(due),
                func.count().filter(claimed),
                func.min(col(JobRow.run_at)).filter(due),
            ).where(
                col(JobRow.done_at).is_(None),
                col(JobRow.buried_at).is_(None),
                col(JobRow.held_at).is_(None),
            )
        )
        .one()
    )
    oldest = (now - row[3]).total_seconds() if row[1] else 0.0
    return Queue(row[0] - row[1] - row[2], row[1], row[2], buried(db), oldest)
