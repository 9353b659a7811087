"""Twelve codes that are likely to be noted next: by guest, room, season, department and habit.

Nothing here says what is so; it only puts likely choices first, so that a note takes two touches.
Codes that name a reason are offered to those alone who may read it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.queries import need_visible
from crm.hotels.tables import Hotel, Room
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.rows import cols, one_of
from crm.preferences import places
from crm.preferences.codes import hotel_codes
from crm.preferences.queries import code_hit
from crm.preferences.schemas import CodeHit, CodeRow
from crm.preferences.sights import DEPARTMENTS_OF, Lens
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import PreferenceStatus, Scope
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

SUGGESTED = 12
OF_ONE_GROUP = 3
LATELY = 400
"""So many of the hotel's last notes tell what is usually noted."""

_KNOWN = {
    PreferenceStatus.SEEN_ONCE: 9.0,
    PreferenceStatus.SEEN_TWICE: 8.0,
    PreferenceStatus.EXPIRED: 7.0,
}
"""What was seen before is worth being seen again; what is confirmed needs no further note."""

_COLD = frozenset(
    ("CL.WARM", "CL.HUMID", "LN.DUVETWARM", "AM.WARMWATER", "AM.TEA", "BT.TUB", "BT.SALTS")
)
_HOT = frozenset(("CL.COOL", "CL.FAN", "LN.DUVETLIGHT", "AM.WATER", "AM.FRUIT", "FV.LIGHT"))
_SOUTHERN = frozenset(("AR", "AU", "BR", "CL", "ID", "MU", "NZ", "PE", "UY", "ZA", "ZW"))
_USUAL: Mapping[str, Sequence[str]] = {
    DepartmentCode.HOUSEKEEPING: (
        "PL.LATEX", "PL.EXTRA", "PL.LOW", "LN.DUVETWARM", "CL.COOL", "BD.SIDE", "AM.WATER",
        "AM.TEA", "SV.CLEANPM", "LT.BLACKOUT", "HY.OWNLINEN", "BT.OWNBRAND", "SV.NOCLEAN",
        "SV.NOTURN", "HY.TIDY",
    ),
    DepartmentCode.FRONT_OFFICE: (
        "FL.HIGH", "RM.QUIET", "RM.AWAYLIFT", "BD.KING", "BD.TWIN", "SM.NON", "SV.LATEOUT",
        "SV.EARLYIN", "CM.TITLE", "BL.FAPIAO", "RD.PAPER", "TR.PARK", "SV.NOCALL",
    ),
    DepartmentCode.FOOD_AND_BEVERAGE: (
        "FV.BREAKTIME", "FV.EGGSTYLE", "FV.NOCORIANDER", "FV.SPICY", "FV.SEATWINDOW", "FV.WINE",
        "FV.DISH", "FV.NOICE", "FV.LIGHT", "DT.VEGETARIAN", "DT.NOPORK", "FV.NOONION",
    ),
}  # fmt: skip
"""What a department notes most, before a hotel has notes of its own to go by."""


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for a code, gathered before it is weighed."""

    known: Mapping[str, PreferenceStatus] = field(default_factory=dict)
    room: Collection[str] = ()
    season: Collection[str] = ()
    departments: Collection[str] = ()
    lately: Mapping[str, float] = field(default_factory=dict)


def suggest(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    room_no: str | None = None,
    limit: int = SUGGESTED,
) -> list[CodeHit]:
    """The likeliest codes for this guest, noter and moment, the best first.

    `NotFound` for a guest out of reach.
    """
    by.need("preferences.note")
    need_visible(db, guest_id, by=by)
    lens = Lens(by, Channel.LIST)
    rows = [
        row
        for row in hotel_codes(db, by=by)
        if row.is_active and lens.sight(row.sensitivity, row.departments) is Sight.CLEAR
    ]
    signs = _signs(db, guest_id, by, room_no)
    return [
        code_hit(row, by, known=signs.known.get(row.code), why=why)
        for row, why in likeliest(rows, signs, limit)
    ]


def likeliest(
    rows: Iterable[CodeRow], signs: Signs, limit: int = SUGGESTED
) -> list[tuple[CodeRow, str]]:
    """Codes with the sign that speaks loudest for each, at most three of one group."""
    weighed = []
    for row in rows:
        parts = _parts(row, signs)
        total = sum(parts.values())
        if total > 0 and signs.known.get(row.code) is not PreferenceStatus.CONFIRMED:
            why = max(parts, key=lambda name: parts[name])
            weighed.append((total, row, why))
    taken: Counter[str] = Counter()
    best: list[tuple[CodeRow, str]] = []
    for _, row, why in sorted(weighed, key=lambda each: -each[0]):
        if taken[row.group_code] < OF_ONE_GROUP:
            taken[row.group_code] += 1
            best.append((row, why))
        if len(best) == limit:
            break
    return best


def _parts(row: CodeRow, signs: Signs) -> dict[str, float]:
    mine = set(signs.departments)
    usual = {code for name in mine for code in _USUAL.get(name, ())}
    acts, reads = mine & set(row.acts), mine & set(row.departments)
    department = (2.0 if row.code in usual else 0.0) + (1.0 if acts else 0.3 if reads else 0.0)
    return {
        "guest": _KNOWN.get(signs.known.get(row.code), 0.0),  # type: ignore[arg-type]
        "room": 1.2 if row.code in signs.room else 0.0,
        "season": 1.5 if row.code in signs.season else 0.0,
        "department": department,
        "hotel": 4.0 * signs.lately.get(row.code, 0.0),
    }


def _signs(db: Session, guest_id: UUID, by: Actor, room_no: str | None) -> Signs:
    departments = departments_of(by)
    if by.hotel_id is None:
        return Signs(departments=departments)
    hotel = (
        db.connection()
        .execute(
            select(*cols(Hotel.business_on, Hotel.country)).where(col(Hotel.id) == by.hotel_id)
        )
        .one()
    )
    if room_no is None:
        room_no = places.stay_at(db, guest_id, by.hotel_id, hotel.business_on).room_no
    return Signs(
        known=_known(db, guest_id),
        room=_features(db, by.hotel_id, room_no),
        season=season(hotel.business_on, hotel.country),
        departments=departments,
        lately=noted_lately(db, by.hotel_id, departments),
    )


def departments_of(by: Actor) -> list[str]:
    """The departments that somebody notes for: their own, or those of their roles."""
    if by.department is not None:
        return [by.department]
    return sorted({d for role in by.holders for d in DEPARTMENTS_OF.get(role, ())})


def season(day: date, country: str) -> Collection[str]:
    """What the time of the year makes likely: warmth in the cold months, coolness in the hot."""
    month = (day.month + 5) % 12 + 1 if country in _SOUTHERN else day.month
    if month in (11, 12, 1, 2, 3):
        return _COLD
    return _HOT if month in (6, 7, 8, 9) else ()


def _known(db: Session, guest_id: UUID) -> dict[str, PreferenceStatus]:
    rows = db.connection().execute(
        select(*cols(Preference.code, Preference.status))
        .where(
            col(Preference.guest_id) == guest_id,
            col(Preference.scope) == Scope.ALWAYS,
            one_of(col(Preference.status), (*_KNOWN, PreferenceStatus.CONFIRMED)),
        )
        .order_by(col(Preference.noted_at))
    )
    return {row.code: row.status for row in rows}


def _features(db: Session, hotel_id: UUID, room_no: str | None) -> list[str]:
    if room_no is None:
        return []
    row = (
        db.connection()
        .execute(
            select(*cols(Room.features)).where(
                col(Room.hotel_id) == hotel_id, col(Room.no) == room_no
            )
        )
        .first()
    )
    return [] if row is None else list(row.features)


def noted_lately(db: Session, hotel_id: UUID, departments: Collection[str]) -> dict[str, float]:
    """How much each code was noted lately, 0 to 1; one's own department counts threefold."""
    rows = db.connection().execute(
        select(*cols(Observation.code, Observation.noted_department))
        .where(
            col(Observation.hotel_id) == hotel_id,
            col(Observation.entered_at) <= clock.now(),
            col(Observation.code).is_not(None),
        )
        .order_by(col(Observation.entered_at).desc())
        .limit(LATELY)
    )
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row.code] += 3 if row.noted_department in departments else 1
    most = max(counted.values(), default=0)
    return {code: count / most for code, count in counted.items()} if most >= 3 else {}
