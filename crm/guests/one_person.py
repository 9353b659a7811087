"""Which files are one person's: a file that was merged into another is that other's, too.

What hangs on a guest is asked for through these, not moved: a merge joins it at once, and a merge
that is undone parts it again, with nothing to bring back.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.tables import Guest
from crm.kit.rows import cols

MERGES_MAX = 20
"""Merges one upon the other; more of them is a circle."""


def living_file(db: Session, guest_id: UUID) -> UUID:
    """The file in which a guest lives on; the same one unless it was merged."""
    for _ in range(MERGES_MAX):
        into = db.connection().scalar(
            select(*cols(Guest.merged_into_id)).where(col(Guest.id) == guest_id)
        )
        if into is None:
            break
        guest_id = into
    return guest_id


def files_of(db: Session, guest_id: UUID) -> list[UUID]:
    """All files of the person of one file: the one they live on in first, then what it took in."""
    found = [living_file(db, guest_id)]
    newest = found
    while newest:
        newest = [
            key
            for key in db.connection().scalars(
                select(*cols(Guest.id))
                .where(col(Guest.merged_into_id).in_(newest))
                .order_by(col(Guest.id))
            )
            if key not in found
        ]
        found = [*found, *newest]
    return found
