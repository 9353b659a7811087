"""What stands beside a code that is about to be noted: its own facts, and what it contradicts."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from crm.preferences.codes import hotel_codes
from crm.preferences.queries import code_hit, preferences_of
from crm.preferences.rules import CROWDED_OUT
from crm.preferences.schemas import CodeHit, CodeRow, PreferenceRow
from crm.preferences.terms import Scope
from crm.staff.actor import Actor


class Beside(NamedTuple):
    """A code as a choice, and the guest's preferences that cannot hold together with it.

    ``crowded`` is the oldest of its group where the group is full, and ``most`` how many it holds.
    """

    hit: CodeHit
    against: list[PreferenceRow]
    crowded: PreferenceRow | None
    most: int | None


def beside(
    db: Session, guest_id: UUID, code: str, *, by: Actor, scope: Scope, this_hotel_only: bool
) -> Beside | None:
    """None for a code that the hotel does not use.

    Only preferences of the same scope and place compete with it, and only what this reader reads
    by its code counts: a warning must not name what they may only act upon.
    """
    by.need("preferences.note")
    known = [
        row
        for row in preferences_of(db, guest_id, by=by)
        if row.code is not None
        and row.scope is scope
        and (row.hotel_id is not None) is this_hotel_only
    ]
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
    return Beside(code_hit(chosen, by), against, _crowded(chosen, known), chosen.group_max)


def _crowded(chosen: CodeRow, known: list[PreferenceRow]) -> PreferenceRow | None:
    if chosen.group_max is None or chosen.polarity not in CROWDED_OUT:
        return None
    same = [row for row in known if row.group == chosen.group_code and row.polarity in CROWDED_OUT]
    if len(same) < chosen.group_max or any(row.code == chosen.code for row in same):
        return None
    return min(same, key=lambda row: row.last_seen_at or row.noted_at)
