"""What stands beside a code that is about to be noted: its own facts, and what it contradicts."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from crm.preferences.codes import hotel_codes
from crm.preferences.queries import code_hit, preferences_of
from crm.preferences.schemas import CodeHit, PreferenceRow
from crm.staff.actor import Actor


class Beside(NamedTuple):
    """A code as a choice, and the guest's preferences that cannot hold together with it."""

    hit: CodeHit
    against: list[PreferenceRow]


def beside(db: Session, guest_id: UUID, code: str, *, by: Actor) -> Beside | None:
    """None for a code that the hotel does not use. Only what this reader reads by its code counts:
    a warning must not name what they may only act upon."""
    by.need("preferences.note")
    known = [row for row in preferences_of(db, guest_id, by=by) if row.code is not None]
    codes = {
        row.code: row
        for row in hotel_codes(db, by=by, only={code, *(row.code for row in known if row.code)})
    }
    chosen = codes.get(code)
    if chosen is None or not chosen.is_active:
        return None
    against = [
        row
        for row in known
        if row.code in chosen.conflicts_with
        or (row.code in codes and code in codes[row.code].conflicts_with)
    ]
    return Beside(code_hit(chosen, by), against)
