"""Foreign systems' ids in one table: ``(system, kind, external_id)`` names one thing of ours."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from crm.kit.db import chunks
from crm.kit.pouring import pour
from crm.kit.rows import cols
from crm.kit.tables import ExternalRef

_BATCH = 400


def find(db: Session, system: str, kind: str, external_id: str) -> UUID | None:
    return find_many(db, system, kind, [external_id]).get(external_id)


def find_many(db: Session, system: str, kind: str, external_ids: Sequence[str]) -> dict[str, UUID]:
    """Our ids by the foreign ids that are known."""
    known: dict[str, UUID] = {}
    for part in chunks(external_ids, _BATCH):
        rows = db.connection().execute(
            select(*cols(ExternalRef.external_id, ExternalRef.our_id)).where(
                col(ExternalRef.system) == system,
                col(ExternalRef.kind) == kind,
                col(ExternalRef.external_id).in_(part),
            )
        )
        known.update({row.external_id: row.our_id for row in rows})
    return known


def link(db: Session, system: str, kind: str, external_id: str, our_id: UUID) -> None:
    """Name ``our_id`` by a foreign id; a foreign id that is taken raises IntegrityError."""
    db.connection().execute(
        insert(ExternalRef).values(system=system, kind=kind, external_id=external_id, our_id=our_id)
    )


def find_children(
    db: Session, system: str, kind: str, external_ids: Sequence[str]
) -> dict[str, tuple[UUID, int]]:
    """Weak children by the foreign ids that are known: (parent's id, number)."""
    known: dict[str, tuple[UUID, int]] = {}
    for part in chunks(external_ids, _BATCH):
        rows = db.connection().execute(
            select(*cols(ExternalRef.external_id, ExternalRef.our_id, ExternalRef.our_no)).where(
                col(ExternalRef.system) == system,
                col(ExternalRef.kind) == kind,
                col(ExternalRef.external_id).in_(part),
                col(ExternalRef.our_no).is_not(None),
            )
        )
        known.update({row.external_id: (row.our_id, row.our_no) for row in rows})
    return known


def link_many(
    db: Session, system: str, kind: str, links: Sequence[tuple[str, UUID, int | None]]
) -> None:
    """Many at once: (foreign id, our id, number of a weak child or None)."""
    pour(
        db,
        ExternalRef,
        [
            {
                "system": system,
                "kind": kind,
                "external_id": external_id,
                "our_id": our_id,
                "our_no": our_no,
            }
            for external_id, our_id, our_no in links
        ],
    )


def unlink(db: Session, system: str, kind: str, external_ids: Sequence[str]) -> None:
    """Forget foreign ids: what they named is gone."""
    for part in chunks(external_ids, _BATCH):
        db.connection().execute(
            delete(ExternalRef).where(
                col(ExternalRef.system) == system,
                col(ExternalRef.kind) == kind,
                col(ExternalRef.external_id).in_(part),
            )
        )


def of(db: Session, our_id: UUID) -> list[tuple[str, str, str]]:
    """All foreign ids of one thing as (system, kind, external id)."""
    rows = db.connection().execute(
        select(*cols(ExternalRef.system, ExternalRef.kind, ExternalRef.external_id))
        .where(col(ExternalRef.our_id) == our_id)
        .order_by(col(ExternalRef.system), col(ExternalRef.external_id))
    )
    return [(row.system, row.kind, row.external_id) for row in rows]
