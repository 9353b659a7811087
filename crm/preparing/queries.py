"""Reads arrivals ahead: what is set for them, by whom, and what still needs a person's eyes.

Other slices read with `items_for_rooms(db, *, by, room_nos=None)`, which answers
``{room_no: [Doing, …]}`` for the stays that are in house or due today, and with
`figures_of(db, stay_ids)`, which answers ``{stay_id: (done, items)}`` for a board's "4/4".
A tick is `crm.preparing.service.tick(db, item_id, *, by, done=True) -> Doing`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from crm.guests.queries import shown_name
from crm.hotels.queries import hotel
from crm.kit.errors import Invalid, NotFound
from crm.kit.rows import cols
from crm.preferences.sights import DEPARTMENTS_OF, Lens
from crm.preferences.terms import Sensitivity
from crm.preferences.wording import with_value
from crm.preparing import rules, sources
from crm.preparing.rules import Glance, Known, Wish
from crm.preparing.schemas import Arrival, ArrivalDay, Doing, Look
from crm.preparing.tables import Preparation
from crm.preparing.terms import DAYS_AHEAD, Eye, Readiness
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.queries import no_such_stay, within_reach
from crm.stays.rules import stay_number
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

FIELD = "preparation.state"
_ORDER = {Readiness.NEEDS_EYES: 0, Readiness.BY_ITSELF: 1, Readiness.BY_PERSON: 1}


# ---------------------------------------------------------------- arrivals
def arrival_day(db: Session, *, by: Actor, on: date | None = None) -> ArrivalDay:
    """The arrivals of a day of the reader's hotel, today's unless told, two days ahead at most.

    `Invalid` for a day outside today and the next two: further ahead nothing is prepared yet.
    """
    by.need("preparing.read")
    today = _today(db, by)
    on = on or today
    if not today <= on <= today + timedelta(days=DAYS_AHEAD):
        raise Invalid(
            "Arrivals are prepared for today and the next two days. Choose one of them.",
            "preparing_day",
            pointer="/on",
        )
    stays = sources.stays_arriving(db, _hotel_id(by), on, on)
    found = _arrivals(db, stays, by)
    return ArrivalDay(
        on=on,
        today=today,
        arrivals=len(found),
        prepared=sum(one.readiness is not Readiness.NEEDS_EYES for one in found),
        items=sorted(found, key=lambda one: _ORDER[one.readiness]),
    )


def arrival(db: Session, stay_id: UUID, *, by: Actor) -> Arrival:
    """One arrival of the reader's hotels; `NotFound` when it is not there or cancelled."""
    by.need("preparing.read")
    stays = [row for row in sources.stays_named(db, [stay_id]) if row.status in sources.TO_COME]
    if not stays or not (by.is_system or stays[0].hotel_id in by.hotel_ids):
        raise no_such_stay()
    return _arrivals(db, stays, by)[0]


def preparation_version(db: Session, stay_id: UUID, *, by: Actor) -> int:
    """The version that a change of the arrival must name."""
    return arrival(db, stay_id, by=by).version


def day_counts(db: Session, *, by: Actor) -> list[tuple[date, int, int]]:
    """(day, arrivals, prepared) for today and the next two days."""
    by.need("preparing.read")
    today = _today(db, by)
    last = today + timedelta(days=DAYS_AHEAD)
    stays = sources.stays_arriving(db, _hotel_id(by), today, last)
    counts: dict[date, list[int]] = {
        today + timedelta(days=ahead): [0, 0] for ahead in range(DAYS_AHEAD + 1)
    }
    for stay, state in zip(stays, states(db, stays), strict=True):
        counts[stay.arrival_on][0] += 1
        counts[stay.arrival_on][1] += state.readiness is not Readiness.NEEDS_EYES
    return [(day, all_of, ready) for day, (all_of, ready) in counts.items()]


class State(NamedTuple):
    """What was found of one stay: its wishes, what needs eyes, how far it is."""

    wishes: list[Wish]
    glances: list[Glance]
    readiness: Readiness


def states(db: Session, stays: Sequence[Any]) -> list[State]:
    """The state of each stay, in their order."""
    wishes, known = sources.wishes_of(db, stays), sources.known_of(db, stays)
    return [_state(stay, wishes[stay.id], known.get(stay.id)) for stay in stays]


def _state(stay: Any, wishes: list[Wish], known: Known | None) -> State:
    found = rules.glances(wishes, known, stay.today) if known is not None else []
    ready = rules.readiness(found, marked_at=stay.prepared_at, settled=stay.settled or ())
    return State(wishes, found, ready)


def _arrivals(db: Session, stays: Sequence[Any], by: Actor) -> list[Arrival]:
    found = states(db, stays)
    items: dict[UUID, list[Doing]] = defaultdict(list)
    for doing in _doings(sources.items_of(db, [stay.id for stay in stays]), by):
        items[doing.stay_id].append(doing)
    codes = {code for state in found for glance in state.glances for code in _codes(glance)}
    words = sources.words_of(db, codes, by.hotel_id) if codes else {}
    return [
        _arrival(stay, state, items.get(stay.id, []), words, by)
        for stay, state in zip(stays, found, strict=True)
    ]


def _arrival(stay: Any, state: State, items: list[Doing], words: Any, by: Actor) -> Arrival:
    return Arrival(
        stay_id=stay.id,
        guest_id=stay.guest_id,
        name=_name(stay, by),
        ref=stay.ref,
        vip=stay.vip if sources.is_vip(stay) else None,
        identity=stay.identity,
        status=stay.status,
        arrival_on=stay.arrival_on,
        nights=stay.nights,
        eta=stay.eta,
        room_no=stay.room_no,
        stay_number=stay_number(stay.stays, stay.status),
        readiness=state.readiness,
        looks=[_look(glance, state.wishes, words, by) for glance in state.glances],
        items=items,
        done=sum(item.done_at is not None for item in items),
        checked_on=stay.checked_at.date() if stay.checked_at else None,
        prepared_at=stay.prepared_at,
        prepared_by=stay.prepared_by,
        version=stay.prep_version or 0,
    )


def _name(stay: Any, by: Actor) -> str:
    if stay.guest_id is None:
        return stay.group_name or "—"
    return shown_name(
        name_native=stay.name_native,
        name_latin=stay.name_latin,
        alias=stay.alias,
        is_incognito=stay.is_incognito,
        by=by,
        ref=stay.ref,
    )


def _codes(glance: Glance) -> list[str]:
    by_code = (Eye.CONTRADICTION, Eye.UNCONFIRMED)
    return glance.about.split("/") if glance.eye in by_code else []


def _look(glance: Glance, wishes: Sequence[Wish], words: Any, by: Actor) -> Look:
    lens, chinese = Lens(by, Channel.LIST), by.language.startswith("zh")
    codes = _codes(glance)
    texts = [text for code in codes if (text := _text(words[code], lens, chinese, None))]
    return Look(
        eye=glance.eye,
        texts=texts,
        months=int(glance.about) if glance.eye is Eye.STALE else None,
        guest_ids=[UUID(glance.about)] if glance.eye is Eye.DUPLICATE else [],
        observation_id=UUID(glance.about) if glance.eye is Eye.WAITING else None,
        preference_ids=[wish.preference_id for wish in wishes if wish.code in codes],
    )


# ---------------------------------------------------------------- items
def items_for_rooms(
    db: Session, *, by: Actor, room_nos: Collection[str] | None = None
) -> dict[str, list[Doing]]:
    """What is set by when in each room of the reader's hotel, for stays in house or due today.

    Only items of the departments that the reader works for, in need-to-know wording; all rooms
    unless some are named. Ticked ones are among them.
    """
    by.need("preparing.tick")
    today = _today(db, by)
    query = select(*cols(Stay.id, Stay.room_no)).where(
        col(Stay.hotel_id) == _hotel_id(by),
        col(Stay.room_no).is_not(None),
        or_(
            col(Stay.status) == StayStatus.IN_HOUSE,
            (col(Stay.status) == StayStatus.BOOKED) & (col(Stay.arrival_on) == today),
        ),
    )
    if room_nos is not None:
        query = query.where(col(Stay.room_no).in_(sorted(room_nos)))
    room_of = {row.id: row.room_no for row in db.connection().execute(query)}
    found: dict[str, list[Doing]] = defaultdict(list)
    for doing in _doings(sources.items_of(db, room_of), by):
        found[room_of[doing.stay_id]].append(doing)
    return dict(found)


def figures_of(db: Session, stay_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many items of each stay are done, and how many there are; stays without items lack."""
    rows = db.connection().execute(
        select(
            col(Preparation.stay_id),
            func.count(col(Preparation.done_at)),
            func.count(),
        )
        .where(
            col(Preparation.stay_id).in_(sorted(set(stay_ids))),
            col(Preparation.dropped_at).is_(None),
        )
        .group_by(col(Preparation.stay_id))
    )
    return {stay_id: (done, items) for stay_id, done, items in rows}


def doing(db: Session, item_id: UUID, *, by: Actor) -> Doing:
    """One item; `NotFound` when it is not there, dropped, or not this reader's to do."""
    by.need("preparing.tick")
    row = (
        db.connection()
        .execute(
            select(*cols(Preparation.stay_id)).where(
                col(Preparation.id) == item_id, within_reach(Preparation, by)
            )
        )
        .first()
    )
    mine = _doings(sources.items_of(db, [row.stay_id]) if row else (), by)
    found = next((one for one in mine if one.id == item_id), None)
    if found is None:
        raise no_such_item()
    return found


def no_such_item() -> NotFound:
    return NotFound("This is no longer to be prepared. Load the list again.", "preparation_item")


def _doings(rows: Iterable[Any], by: Actor) -> list[Doing]:
    lens, chinese, mine = Lens(by, Channel.LIST), by.language.startswith("zh"), _departments(by)
    if by.sight(FIELD, Channel.LIST) is not Sight.CLEAR:
        return []
    found: list[Doing] = []
    for row in rows:
        stage = rules.stage_of(row.occasion)
        text = _text(row, lens, chinese, row.value)
        if text is None or stage is None or (mine is not None and row.department not in mine):
            continue
        clear = lens.sight(row.sensitivity, row.departments) is Sight.CLEAR
        named = clear or row.sensitivity is Sensitivity.NORMAL
        found.append(
            Doing(
                id=row.id,
                stay_id=row.stay_id,
                code=row.code if named else None,
                department=row.department,
                stage=stage,
                text=text,
                done_at=row.done_at,
                done_by=row.done_by,
            )
        )
    return found


def _text(row: Any, lens: Lens, chinese: bool, value: str | None) -> str | None:
    """The instruction, whoever reads it; None for who may read neither."""
    if lens.sight(row.sensitivity, row.departments) is Sight.NONE:
        return None
    return with_value(row.need_to_know_zh if chinese else row.need_to_know_en, value)


def _departments(by: Actor) -> frozenset[str] | None:
    """For which departments this reader works; None for all of them."""
    known = [DEPARTMENTS_OF.get(holder) for holder in by.holders]
    if by.is_system or not known or any(one is None for one in known):
        return None
    return frozenset().union(*(one for one in known if one))


# ---------------------------------------------------------------- the house
def _hotel_id(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise NotFound("There is no such hotel here.", "hotel")
    return by.hotel_id


def _today(db: Session, by: Actor) -> date:
    return hotel(db, _hotel_id(by)).business_on
