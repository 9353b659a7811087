"""The codes most likely to be noted in each room of a floor: what a phone offers first.

Only codes that housekeeping reads and that tell no reason: a phone keeps them for hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from crm.hotels.terms import DepartmentCode
from crm.preferences.codes import hotel_codes
from crm.preferences.schemas import CodeRow
from crm.preferences.suggesting import Signs, departments_of, likeliest, noted_lately, season
from crm.preferences.terms import Sensitivity
from crm.preferences.wording import with_value
from crm.profile.rules import Claim
from crm.profile.schemas import LikelyCode
from crm.staff.actor import Actor


class RoomKnown(NamedTuple):
    """What speaks for a code in one room: its features, and what is known of its guest."""

    features: Sequence[str]
    claims: Sequence[Claim]


@dataclass(frozen=True)
class Likely:
    """``codes`` in the reader's words; ``of_room`` names those of each room, likeliest first."""

    codes: Sequence[LikelyCode] = ()
    of_room: Mapping[str, list[str]] = field(default_factory=dict)


def likely_codes(
    db: Session, by: Actor, rooms: Mapping[str, RoomKnown], *, today: date, country: str
) -> Likely:
    """The likeliest codes of each room; none for who may not note.

    Weighed as for a single guest (`suggesting.likeliest`), with what all rooms share read once.
    """
    if not by.may("preferences.note") or by.hotel_id is None:
        return Likely(of_room={no: [] for no in rooms})
    offered = [row for row in hotel_codes(db, by=by) if _may_be_offered(row)]
    departments = departments_of(by)
    shared = Signs(
        season=season(today, country),
        departments=departments,
        lately=noted_lately(db, by.hotel_id, departments),
    )
    of_room = {no: _ranked(offered, shared, known) for no, known in rooms.items()}
    wanted = {code for codes in of_room.values() for code in codes}
    chinese = by.language.startswith("zh")
    return Likely(
        codes=[
            LikelyCode(
                code=row.code,
                label=with_value(row.label_zh if chinese else row.label_en, None),
            )
            for row in offered
            if row.code in wanted
        ],
        of_room=of_room,
    )


def _ranked(offered: Sequence[CodeRow], shared: Signs, known: RoomKnown) -> list[str]:
    signs = replace(
        shared, room=known.features, known={claim.code: claim.status for claim in known.claims}
    )
    return [row.code for row, _ in likeliest(offered, signs)]


def _may_be_offered(row: CodeRow) -> bool:
    return (
        row.is_active
        and row.sensitivity is Sensitivity.NORMAL
        and DepartmentCode.HOUSEKEEPING in row.departments
    )
