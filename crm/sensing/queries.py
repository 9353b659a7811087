"""Reads proposals: those of one guest for the card, those of a hotel for the list."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.guests.queries import need_visible, visible_to
from crm.guests.tables import Guest
from crm.kit.dbtypes import Key
from crm.kit.errors import NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, named
from crm.preferences.sights import Lens
from crm.preferences.tables import HotelCode, PreferenceCode
from crm.preferences.terms import Sensitivity
from crm.preferences.wording import with_value
from crm.sensing import chance
from crm.sensing.schemas import Against, Evidence, HabitRow
from crm.sensing.tables import Habit
from crm.sensing.terms import ON_THE_CARD, HabitState, Occasion
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.queries import date_of, uuid_of, within_reach

_other = aliased(PreferenceCode)
_own = aliased(HotelCode)
_there = aliased(HotelCode)
_HABIT = cols(
    Habit.id, Habit.guest_id, Habit.hotel_id, Habit.code, Habit.value, Habit.occasion,
    Habit.cases, Habit.out_of, Habit.base_per_mille, Habit.lift_percent, Habit.threshold,
    Habit.against_code, Habit.last_case_on, Habit.found_at, Habit.state, Habit.answered_at,
    Habit.version, PreferenceCode.group_code, PreferenceCode.polarity,
    PreferenceCode.sensitivity, PreferenceCode.departments,
    named(_other.label_en, "other_en"), named(_other.label_zh, "other_zh"),
)  # fmt: skip


def no_such_habit() -> NotFound:
    return NotFound("There is no such proposal within your reach.", "habit")


def open_habits(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    limit: int = ON_THE_CARD,
    channel: Channel = Channel.JSON,
) -> list[HabitRow]:
    """What the records propose about a guest, the least likely by chance first.

    At most ``limit``, for the card three. `NotFound` when the guest is out of reach.
    """
    by.need("preferences.read")
    need_visible(db, guest_id, by=by)
    return habits_for_the_card(db, guest_id, by=by, limit=limit, channel=channel)


def habits_for_the_card(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    limit: int = ON_THE_CARD,
    channel: Channel = Channel.JSON,
) -> list[HabitRow]:
    """As `open_habits`, for a caller who has found the guest within reach already."""
    by.need("preferences.read")
    rows = db.connection().execute(_open_of_guest(by.hotel_id), {"the_guest": guest_id})
    ranked = sorted(
        _shown(rows, by, channel),
        key=lambda one: (chance.tail(one.cases, one.out_of, one.base_per_mille), one.code),
    )
    return ranked[:limit]


def habits(
    db: Session,
    *,
    by: Actor,
    hotel_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[HabitRow]:
    """Open proposals of the reader's hotels, the latest evidence first."""
    by.need("preferences.read")
    query = (
        _habits(by)
        .join(Guest, col(Guest.id) == col(Habit.guest_id))
        .where(
            col(Habit.state) == HabitState.OPEN,
            within_reach(Habit, by),
            visible_to(by),
            col(Habit.code).in_(_codes_for(db, by, Channel.LIST)),
        )
        .order_by(col(Habit.last_case_on).desc(), col(Habit.id).desc())
    )
    if hotel_id is not None:
        query = query.where(col(Habit.hotel_id) == hotel_id)
    if parts := read_cursor(cursor, 2):
        on, last = date_of(parts[0]), uuid_of(parts[1])
        day = col(Habit.last_case_on)
        query = query.where(or_(day < on, and_(day == on, col(Habit.id) < last)))
    rows = db.connection().execute(query.limit(limit + 1)).all()
    items = _shown(rows[:limit], by, Channel.LIST)
    end = items[-1] if len(rows) > limit else None
    return PageOf(
        items=items,
        next=None if end is None else write_cursor(end.last_case_on.isoformat(), str(end.id)),
    )


def habit(db: Session, habit_id: UUID, *, by: Actor) -> HabitRow:
    """One proposal, also an answered one; `NotFound` when its guest is out of reach."""
    by.need("preferences.read")
    row = (
        db.connection()
        .execute(
            _habits(by)
            .join(Guest, col(Guest.id) == col(Habit.guest_id))
            .where(col(Habit.id) == habit_id, visible_to(by))
        )
        .first()
    )
    found = _shown([row], by, Channel.JSON) if row else []
    if not found:
        raise no_such_habit()
    return found[0]


@lru_cache(maxsize=64)
def _open_of_guest(hotel_id: UUID | None) -> Select[Any]:
    """Built once for all colleagues of a hotel: building costs more than running."""
    return _worded_for(hotel_id).where(
        col(Habit.guest_id) == bindparam("the_guest", type_=Key()),
        col(Habit.state) == HabitState.OPEN,
    )


def _habits(by: Actor) -> Select[Any]:
    return _worded_for(by.hotel_id)


def _worded_for(hotel_id: UUID | None) -> Select[Any]:
    """Habits with their code in the words of the hotel worked for; switched-off codes are out."""

    def worded(name: str) -> Any:
        return func.coalesce(getattr(_own, name), getattr(PreferenceCode, name)).label(name)

    return (
        select(*_HABIT, worded("label_en"), worded("label_zh"))
        .join(PreferenceCode, col(PreferenceCode.code) == col(Habit.code))
        .outerjoin(_other, col(_other.code) == col(Habit.against_code))
        .outerjoin(_own, and_(col(_own.code) == col(Habit.code), col(_own.hotel_id) == hotel_id))
        .outerjoin(
            _there,
            and_(col(_there.code) == col(Habit.code), col(_there.hotel_id) == col(Habit.hotel_id)),
        )
        .where(
            col(PreferenceCode.is_active).is_(True),
            # A code that somebody has restricted since is no longer spoken of.
            col(PreferenceCode.sensitivity) == Sensitivity.NORMAL,
            or_(col(_there.is_active).is_(None), col(_there.is_active).is_(True)),
        )
    )


def _codes_for(db: Session, by: Actor, channel: Channel) -> list[str]:
    """The codes whose labels this reader may see: asked before a page is cut."""
    lens = Lens(by, channel)
    rows = db.connection().execute(
        select(
            *cols(PreferenceCode.code, PreferenceCode.sensitivity, PreferenceCode.departments)
        ).where(col(PreferenceCode.sensitivity) == Sensitivity.NORMAL)
    )
    return [r.code for r in rows if lens.sight(r.sensitivity, r.departments) is Sight.CLEAR]


def _shown(rows: Any, by: Actor, channel: Channel) -> list[HabitRow]:
    """Only to those who read labels: a proposal is no instruction to act upon."""
    lens, chinese = Lens(by, channel), by.language.startswith("zh")
    if by.sight("habit.proposed", channel) is not Sight.CLEAR:
        return []
    return [
        _row(row, chinese)
        for row in rows
        if lens.sight(row.sensitivity, row.departments) is Sight.CLEAR
    ]


def _row(row: Any, chinese: bool) -> HabitRow:
    label = row.label_zh if chinese else row.label_en
    value = row.value or None
    against = None
    if row.against_code is not None:
        text = with_value(row.other_zh if chinese else row.other_en, None)
        against = Against(code=row.against_code, text=text)
    return HabitRow(
        id=row.id,
        guest_id=row.guest_id,
        hotel_id=row.hotel_id,
        code=row.code,
        group=row.group_code,
        text=with_value(label, value),
        label=label,
        value=value,
        polarity=row.polarity,
        occasion=row.occasion,
        cases=row.cases,
        out_of=row.out_of,
        base_per_mille=row.base_per_mille,
        lift_percent=row.lift_percent,
        evidence=evidence_of(
            row.occasion, row.code, row.cases, row.out_of, row.base_per_mille, row.threshold
        ),
        against=against,
        last_case_on=row.last_case_on,
        found_at=row.found_at,
        state=row.state,
        answered_at=row.answered_at,
        version=row.version,
    )


_BY_CODE = {
    "FL.HIGH": "habit.floor_above",
    "FL.LOW": "habit.floor_up_to",
    "TR.LATEARR": "habit.arrived_after",
    "SV.EARLYIN": "habit.arrived_before",
    "SV.LATEOUT": "habit.left_after",
}
_BY_OCCASION = {
    Occasion.ROOM: "habit.room",
    Occasion.AGAIN: "habit.same_room",
    Occasion.FOLIO: "habit.bill",
    Occasion.ARRIVAL: "habit.bill",
    Occasion.DEPARTURE: "habit.bill",
}

PHRASES = sorted({*_BY_CODE.values(), *_BY_OCCASION.values()})
"""All sentences by which evidence is told; the doors have words for each."""


def evidence_of(
    occasion: Occasion,
    code: str,
    cases: int,
    out_of: int,
    base_per_mille: int,
    threshold: int | None,
) -> Evidence:
    """ "4 of the last 5 stays on floors above 12 (house: 31 %)" as a phrase."""
    house = base_per_mille / 10
    values: dict[str, str | int] = {
        "cases": cases,
        "out_of": out_of,
        "house": f"{house:.0f}" if base_per_mille >= 10 else f"{house:.1f}",
    }
    phrase = _BY_CODE.get(code)
    if phrase is None or threshold is None:
        return Evidence(code=_BY_OCCASION[occasion], values=values)
    if occasion is Occasion.ROOM:
        return Evidence(code=phrase, values=values | {"floor": threshold})
    clock = f"{threshold // 60 % 24:02}:{threshold % 60:02}"
    return Evidence(code=phrase, values=values | {"hour": clock})
