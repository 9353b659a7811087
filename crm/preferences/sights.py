"""Who reads which preference, and in which words: by the policy and by the code's departments.

Those who act read an instruction, never the reason. Special-category and restricted codes go
only to the departments that the catalogue names; housekeeping and restaurants read only what
concerns them of the others too.
"""

from collections.abc import Collection

from crm.hotels.terms import DepartmentCode
from crm.preferences.terms import Sensitivity
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Role, Sight

D = DepartmentCode
DEPARTMENTS_OF: dict[str, frozenset[str]] = {
    Role.FRONT_DESK: frozenset({D.FRONT_OFFICE, D.RESERVATIONS, D.CONCIERGE}),
    Role.HOUSEKEEPING: frozenset({D.HOUSEKEEPING}),
    Role.FOOD_BEVERAGE: frozenset({D.FOOD_AND_BEVERAGE, D.KITCHEN}),
    Role.MARKETING: frozenset({D.MARKETING, D.SALES}),
}
"""The departments that a role reads for; a role that is missing here reads for all."""

_READS_ALL_NORMAL = frozenset({Role.FRONT_DESK.value})


class Lens:
    """One reader's way of seeing preferences on one channel; ask it for every code."""

    def __init__(self, by: Actor, channel: Channel) -> None:
        self._sights = {kind: by.sight(f"preference.{kind.value}", channel) for kind in Sensitivity}
        known = [DEPARTMENTS_OF.get(holder) for holder in by.holders]
        self._everywhere = by.is_system or any(one is None for one in known)
        self._departments = frozenset().union(*(one for one in known if one))
        self._all_normal = self._everywhere or bool(_READS_ALL_NORMAL & by.holders)

    def sight(self, sensitivity: Sensitivity, departments: Collection[str]) -> Sight:
        """`Sight.CLEAR` label and words, `Sight.OPERATIONAL` the instruction, or nothing."""
        sight = self._sights[sensitivity]
        if sight not in (Sight.CLEAR, Sight.OPERATIONAL):
            return Sight.NONE
        free = self._all_normal if sensitivity is Sensitivity.NORMAL else self._everywhere
        return sight if free or self._departments.intersection(departments) else Sight.NONE
