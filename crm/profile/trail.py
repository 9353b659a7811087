"""The audit with names to it: who that was, which guest it was about, as far as one may know."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import queries as audit
from crm.audit.schemas import AuditLine
from crm.audit.terms import ActorKind, Deed
from crm.guests.tables import Guest
from crm.kit.paging import PageOf
from crm.kit.rows import cols
from crm.staff import queries as staff
from crm.staff.actor import Actor
from crm.staff.tables import ApiKey
from crm.staff.terms import Channel, Sight


def trail(
    db: Session,
    *,
    by: Actor,
    actor_id: UUID | None = None,
    guest_id: UUID | None = None,
    deed: Deed | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[AuditLine]:
    """A page of the audit with the names of people and keys and the guests' references.

    Readers without sight of references (IT) see that a guest was concerned, not which one.
    """
    page = audit.audit_lines(
        db,
        by=by,
        actor_id=actor_id,
        guest_id=guest_id,
        deed=deed,
        subject=subject,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )
    return with_names(db, page, by=by)


def with_names(db: Session, page: PageOf[AuditLine], *, by: Actor) -> PageOf[AuditLine]:
    """The same page with the names of people and keys, and references as far as one sees them."""
    names = names_of_actors(
        db, {(line.actor_kind, line.actor_id) for line in page.items if line.actor_id}
    )
    refs = refs_of(db, {line.guest_id for line in page.items if line.guest_id}, by=by)
    items = [
        line.model_copy(
            update={
                "actor_name": names.get(line.actor_id) if line.actor_id else None,
                "guest_ref": refs.get(line.guest_id) if line.guest_id else None,
                "guest_id": line.guest_id if line.guest_id in refs else None,
            }
        )
        for line in page.items
    ]
    return PageOf[AuditLine](items=items, next=page.next)


def guest_by_ref(db: Session, ref: str, *, by: Actor) -> UUID | None:
    """The guest a reference names, for the filter; None where references are not for the reader."""
    if not _sees_refs(by):
        return None
    found: UUID | None = db.connection().scalar(
        select(col(Guest.id)).where(col(Guest.ref) == ref.strip().upper())
    )
    return found


def _sees_refs(by: Actor) -> bool:
    return by.sight("guest.ref", Channel.LIST) is Sight.CLEAR


def names_of_actors(
    db: Session, actors: Collection[tuple[ActorKind, UUID | None]]
) -> dict[UUID, str]:
    """The names of people and of keys, by their ids."""
    found = staff.names_of(db, {i for kind, i in actors if i and kind is ActorKind.STAFF})
    keys = {i for kind, i in actors if i and kind is ActorKind.KEY}
    if keys:
        rows = db.connection().execute(
            select(*cols(ApiKey.id, ApiKey.name)).where(col(ApiKey.id).in_(keys))
        )
        found |= {row.id: row.name for row in rows}
    return found


def refs_of(db: Session, guests: Collection[UUID], *, by: Actor) -> dict[UUID, str]:
    """The references of guests, for readers who see references."""
    if not guests or not _sees_refs(by):
        return {}
    rows = db.connection().execute(
        select(*cols(Guest.id, Guest.ref)).where(col(Guest.id).in_(guests))
    )
    return {row.id: row.ref for row in rows}
