"""Closes audit rows into seals, batch by batch: each seal names its rows and the seal before it.

Rows are written freely by many processes at once, each with its own digest; only this job puts
them in an order, so that nobody who reads or changes a file waits for the chain. Ids are no
order of commit: a row can become visible after younger ones were sealed. So a seal names its
members one by one, and the job looks back for rows that no seal names yet.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import event, insert, select
from sqlmodel import Session, col

from crm.audit import witness
from crm.audit.digests import (
    DIGEST_COLUMN,
    KEY_ID_BYTES,
    NO_DIGEST,
    AuditKey,
    Form,
    key_in_force,
)
from crm.audit.tables import AuditRow, AuditSeal
from crm.audit.terms import SealKind
from crm.audit.witness import Witnessed
from crm.kit import clock
from crm.kit.db import reading_beside
from crm.kit.ids import first_id_of
from crm.kit.rows import cols

log = logging.getLogger("keshi.audit")

LOOK_BACK = timedelta(minutes=15)
"""How long a row may take from its stamp to its commit and still be sealed at the next minute."""

LATE = timedelta(days=3)
"""The same for the nightly look; what comes later still is found by `crm.audit.verifying`."""

SKEW = timedelta(minutes=10)
"""How far the clocks of two machines may differ."""

MEMBERS_MAX = 10_000
PAGE = 5_000
UNTOLD_MAX = 1_000
ID_BYTES = 16

ROW_FORM = Form(AuditRow.__table__)  # type: ignore[attr-defined]
SEAL_FORM = Form(AuditSeal.__table__)  # type: ignore[attr-defined]


class _Fresh(NamedTuple):
    id: UUID
    digest: bytes


def keep(db: Session, data_dir: Path, *, look_back: timedelta = LOOK_BACK) -> int:
    """Seal, and tell the seals outside once they are committed; returns how many rows.

    Seals that an earlier run made and could not tell are told now. Where the witness knows a
    seal that the chain does not have, an error is logged and the sealing goes on: what happens
    from now on must be kept too, and the witness keeps both.
    """
    told = witness.newest(data_dir)
    with reading_beside(db) as look:
        stands = told is None or _stands(look, told)
        untold = _after(look, told.no if told else 0)
    if told is not None and not stands:
        log.error(
            "the audit's chain was cut or changed, run: keshi audit verify", extra={"seal": told.no}
        )
    made = seal(db, look_back=look_back, adopt=told is None)
    if untold or made:
        event.listen(
            db, "after_commit", lambda _: witness.tell(data_dir, [*untold, *made]), once=True
        )
    return sum(seal.rows for seal in made)


def seal(db: Session, *, look_back: timedelta = LOOK_BACK, adopt: bool = True) -> list[Witnessed]:
    """Seal what no seal names yet; returns the new seals.

    ``look_back`` reaches behind the newest seal. ``adopt`` allows a chain's first seals to take
    in rows without a digest. The looking is done before the first write, beside ``db``, so that
    on SQLite nobody waits for it; who finds meanwhile that another was faster leaves it to them.
    """
    key = key_in_force()
    with reading_beside(db) as look:
        newest = newest_seal(look)
        fresh = [] if newest is None else _looked_for(look, newest.at - look_back)
    if newest is None:
        return _begin(db, key, adopt)
    if newest.digest[:KEY_ID_BYTES] != key.id:
        log.warning(
            "the secret key has changed: what was written to the audit before needs the old one "
            "to be verified, keep it for: keshi audit verify --old-secrets",
            extra={"seal": newest.no},
        )
    if not fresh or newest_seal(db).no != newest.no:
        return []
    return _close(db, key, newest, iter(fresh), SealKind.ROWS)


def _begin(db: Session, key: AuditKey, adopt: bool) -> list[Witnessed]:
    """The first seals: rows from before there were digests, then all others."""
    if newest_seal(db) is not None:
        return []
    rows = _adopted(db, key) if adopt else iter(())
    made = _close(db, key, None, rows, SealKind.ADOPTED)
    return made + _close(db, key, newest_seal(db), _fresh(db, None, set()), SealKind.ROWS)


def _looked_for(look: Session, since: datetime) -> list[_Fresh]:
    return list(_fresh(look, since, _known(look, since)))


def _stands(db: Session, told: Witnessed) -> bool:
    query = select(*cols(AuditSeal.digest)).where(col(AuditSeal.no) == told.no)
    return db.connection().scalar(query) == told.digest


def _after(db: Session, no: int) -> list[Witnessed]:
    query = (
        select(*cols(AuditSeal.no, AuditSeal.rows, AuditSeal.total, AuditSeal.digest))
        .where(col(AuditSeal.no) > no)
        .order_by(col(AuditSeal.no))
        .limit(UNTOLD_MAX)
    )
    return [Witnessed(*row) for row in db.connection().execute(query)]


def newest_seal(db: Session) -> Any:
    """The last link's number, time, total and digest; None for an audit without a seal."""
    return (
        db.connection()
        .execute(
            select(*cols(AuditSeal.no, AuditSeal.at, AuditSeal.total, AuditSeal.digest))
            .order_by(col(AuditSeal.no).desc())
            .limit(1)
        )
        .first()
    )


def split(members: bytes) -> Iterator[bytes]:
    """The ids that a seal names."""
    return (members[at : at + ID_BYTES] for at in range(0, len(members), ID_BYTES))


def _known(db: Session, since: datetime) -> set[bytes]:
    """Ids that the seals since then name; a row stamped since cannot be in an older one."""
    query = (
        select(*cols(AuditSeal.at, AuditSeal.members))
        .order_by(col(AuditSeal.no).desc())
        .execution_options(yield_per=20)
    )
    known: set[bytes] = set()
    with db.connection().execute(query) as newest_first:
        for row in newest_first:
            if row.at < since - SKEW:
                break
            known.update(split(row.members))
    return known


def _fresh(db: Session, since: datetime | None, known: set[bytes]) -> Iterator[_Fresh]:
    """Rows with a digest that no seal names, by id. Rows without one came by no door of ours."""
    after = UUID(int=0) if since is None else first_id_of(since)
    query = select(*cols(AuditRow.id, AuditRow.digest)).order_by(col(AuditRow.id)).limit(PAGE)
    while True:
        page = db.connection().execute(query.where(col(AuditRow.id) > after)).all()
        for row in page:
            if row.digest is not None and row.id.bytes not in known:
                yield _Fresh(row.id, bytes(row.digest))
        if len(page) < PAGE:
            return
        after = page[-1].id


def _adopted(db: Session, key: AuditKey) -> Iterator[_Fresh]:
    """Rows from before there were digests; their first seal covers what it finds in them."""
    table = AuditRow.__table__  # type: ignore[attr-defined]
    after = UUID(int=0)
    while True:
        page = (
            db.connection()
            .execute(
                select(table)
                .where(table.c.id > after, table.c[DIGEST_COLUMN].is_(None))
                .order_by(table.c.id)
                .limit(PAGE)
            )
            .mappings()
            .all()
        )
        for row in page:
            yield _Fresh(row["id"], key.digest(ROW_FORM.of(dict(row))))
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def _close(
    db: Session, key: AuditKey, newest: Any, rows: Iterator[_Fresh], kind: SealKind
) -> list[Witnessed]:
    made: list[Witnessed] = []
    no, total, previous = (newest.no, newest.total, newest.digest) if newest else (0, 0, NO_DIGEST)
    for batch in _batches(rows):
        no, total = no + 1, total + len(batch)
        previous = _write(db, key, no, total, previous, batch, kind)
        made.append(Witnessed(no=no, rows=len(batch), total=total, digest=previous))
    return made


def _batches(rows: Iterator[_Fresh]) -> Iterator[list[_Fresh]]:
    batch: list[_Fresh] = []
    for row in rows:
        batch.append(row)
        if len(batch) == MEMBERS_MAX:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(
    db: Session,
    key: AuditKey,
    no: int,
    total: int,
    previous: bytes,
    batch: Sequence[_Fresh],
    kind: SealKind,
) -> bytes:
    running = key.running()
    for row in batch:
        running.add(row.id.bytes, row.digest)
    values: dict[str, Any] = {
        "no": no,
        "at": clock.now(),
        "kind": kind,
        "first_id": batch[0].id,
        "last_id": batch[-1].id,
        "rows": len(batch),
        "total": total,
        "members": b"".join(row.id.bytes for row in batch),
        "rows_digest": running.digest(),
        "previous": previous,
    }
    digest = key.digest(SEAL_FORM.of(values))
    db.connection().execute(insert(AuditSeal).values(**values, digest=digest))
    return digest
