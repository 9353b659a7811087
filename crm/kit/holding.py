"""Holds the work of a house that was restored or copied, so that it sends nothing a second time.

A restored or cloned database has jobs in it whose effects may have left the house already
(listmonk's issue 1801: a copied machine sent its campaigns again). So everything queued is
held until a person releases it, and what would go outward is held from then on as well.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from crm.kit import clock
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.kit.tables import HouseRow, JobRow

RESTORED = "restored"
ELSEWHERE = "elsewhere"
MARK = "instance"
"""The file in the data folder that names the installation, beside the row in the database."""


@dataclass(frozen=True)
class Held:
    """Since when and why (`RESTORED`, `ELSEWHERE`) nothing leaves; how many jobs wait for it."""

    since: datetime
    why: str
    jobs: int


def held(db: Session) -> bool:
    """Whether the house is held."""
    found = select(col(HouseRow.id)).where(col(HouseRow.held_since).is_not(None))
    return db.connection().execute(found).first() is not None


def state(db: Session) -> Held | None:
    """What is held, or None when all may go."""
    row = (
        db.connection()
        .execute(
            select(*cols(HouseRow.held_since, HouseRow.held_why)).where(
                col(HouseRow.held_since).is_not(None)
            )
        )
        .first()
    )
    if row is None:
        return None
    waiting = select(func.count()).select_from(JobRow).where(col(JobRow.held_at).is_not(None))
    return Held(row.held_since, row.held_why or "", db.connection().scalar(waiting) or 0)


def hold(db: Session, why: str, instance_id: UUID | None = None) -> UUID:
    """Hold all open jobs; the house gets a new identity, which comes back."""
    identity, now = instance_id or new_id(), clock.now()
    facts = {"instance_id": identity, "held_since": now, "held_why": why}
    connection = db.connection()
    changed = connection.execute(update(HouseRow).values(**facts))
    if not changed.rowcount:
        connection.execute(insert(HouseRow).values(id=1, began_at=now, **facts))
    connection.execute(
        update(JobRow)
        .where(col(JobRow.done_at).is_(None), col(JobRow.buried_at).is_(None))
        .values(held_at=now, claimed_by=None, claimed_until=None)
    )
    return identity


def release(db: Session) -> int:
    """Let the held jobs go; returns how many there were."""
    connection = db.connection()
    connection.execute(update(HouseRow).values(held_since=None, held_why=None))
    freed = connection.execute(
        update(JobRow).where(col(JobRow.held_at).is_not(None)).values(held_at=None)
    )
    return freed.rowcount


def recognise(db: Session, data_dir: Path) -> Held | None:
    """At the start: is this the database of this data folder? If not, it is held.

    A new database and a new folder are introduced to each other. Returns what is held.
    """
    row = db.connection().execute(select(col(HouseRow.instance_id))).first()
    marked = read_mark(data_dir)
    if row is None and marked is None:
        identity = new_id()
        db.connection().execute(
            insert(HouseRow).values(id=1, instance_id=identity, began_at=clock.now())
        )
        write_mark(data_dir, identity)
    elif row is None or row.instance_id != marked:
        write_mark(data_dir, hold(db, ELSEWHERE))
    return state(db)


def read_mark(data_dir: Path) -> UUID | None:
    try:
        return UUID((data_dir / MARK).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def write_mark(data_dir: Path, identity: UUID) -> None:
    """Name the installation in its data folder; the whole file or none."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = data_dir / f".{MARK}.part"
    with draft.open("w", encoding="ascii") as file:
        file.write(f"{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(data_dir / MARK)
