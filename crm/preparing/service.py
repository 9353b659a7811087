"""Turns confirmed wishes into what departments do, keeps their ticks and a person's word.

`prepare` may run as often as one likes: an item is one (stay, code, department). Nothing a
person did is lost by it, but another value of a wish is to be set anew.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.hotels.queries import hotel
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import chunks, insert_once
from crm.kit.errors import ChangedMeanwhile
from crm.kit.ids import new_id
from crm.preferences.service import mark_used
from crm.preparing import queries, rules, sources
from crm.preparing.events import ArrivalPrepared, ArrivalReopened, PreparationChanged
from crm.preparing.schemas import Doing, PreparationChange
from crm.preparing.tables import Preparation, StayPreparation
from crm.preparing.terms import DAYS_AHEAD
from crm.staff.actor import Actor
from crm.stays.queries import no_such_stay
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus


class Prepared(NamedTuple):
    """What a run of `prepare` changed."""

    stays: int
    added: int
    renewed: int
    dropped: int


# ---------------------------------------------------------------- by itself
def prepare_ahead(db: Session, hotel_id: UUID, *, by: Actor) -> Prepared:
    """Prepare the arrivals of today and the next two days of a hotel."""
    today = hotel(db, hotel_id).business_on
    last = today + timedelta(days=DAYS_AHEAD)
    return _prepare(db, sources.stays_arriving(db, hotel_id, today, last), by=by)


def prepare_all_ahead(db: Session, *, by: Actor) -> Prepared:
    """Prepare the coming arrivals of every hotel of the house."""
    hotels = db.connection().scalars(select(col(Hotel.id)).order_by(col(Hotel.code))).all()
    runs = [prepare_ahead(db, hotel_id, by=by) for hotel_id in hotels]
    return Prepared(*(sum(figures) for figures in zip(*runs, strict=True)) if runs else (0,) * 4)


def prepare(db: Session, stay_ids: Collection[UUID], *, by: Actor) -> Prepared:
    """Prepare these stays where they arrive within the days ahead or are in house.

    Of a stay that is cancelled, missed or given to nobody the open items are dropped.
    """
    return _prepare(db, sources.stays_named(db, stay_ids), by=by)


def stays_of_guest(db: Session, guest_id: UUID) -> list[UUID]:
    """The guest's stays that preparing may concern: in house or to come."""
    found = db.connection().scalars(
        select(col(Stay.id)).where(
            col(Stay.guest_id) == guest_id, col(Stay.status).in_(sources.TO_COME)
        )
    )
    return list(found)


def _prepare(db: Session, stays: Sequence[Any], *, by: Actor) -> Prepared:
    db.flush()
    near = [stay for stay in stays if _is_near(stay)]
    _put_heads(db, [stay for stay in near if stay.guest_id is not None])
    present = _present(db, [stay.id for stay in stays])
    wishes = sources.wishes_of(db, near)
    total = [0, 0, 0]
    for stay in stays:
        wanted = rules.actions(wishes.get(stay.id, ()))
        needed = rules.changes(wanted, present.get(stay.id, {}))
        if not any(needed):
            continue
        _apply(db, stay, needed)
        _bump(db, stay.id)
        _tell(db, stay, by=by)
        for place, part in enumerate(needed):
            total[place] += len(part)
    return Prepared(len(near), *total)


def _is_near(stay: Any) -> bool:
    if stay.status is StayStatus.IN_HOUSE:
        return True
    coming = stay.status is StayStatus.BOOKED
    return coming and stay.arrival_on <= stay.today + timedelta(days=DAYS_AHEAD)


def _put_heads(db: Session, stays: Iterable[Any]) -> None:
    """A stay's first preparation; two who begin it at once take turns at its row."""
    for stay in stays:
        if stay.prep_version is None:
            insert_once(
                db, StayPreparation, "stay_id",
                stay_id=stay.id, hotel_id=stay.hotel_id, made_at=clock.now(), settled=[], version=1,
            )  # fmt: skip


def _present(db: Session, stay_ids: Sequence[UUID]) -> dict[UUID, dict[rules.Place, rules.Item]]:
    """The items as they are, with their stays locked against another run."""
    found: dict[UUID, dict[rules.Place, rules.Item]] = {}
    for part in chunks(sorted(set(stay_ids)), sources.BATCH):
        db.connection().execute(
            select(col(StayPreparation.stay_id))
            .where(col(StayPreparation.stay_id).in_(part))
            .order_by(col(StayPreparation.stay_id))
            .with_for_update()
        ).all()
        for row in sources.items_of(db, part, dropped=True):
            item = rules.Item(row.value, row.preference_id, row.dropped_at is not None)
            found.setdefault(row.stay_id, {})[row.code, row.department] = item
    return found


def _apply(db: Session, stay: Any, needed: rules.Changes) -> None:
    for (code, department), action in needed.add.items():
        insert_once(
            db, Preparation, "stay_id", "code", "department",
            id=new_id(), stay_id=stay.id, hotel_id=stay.hotel_id, guest_id=stay.guest_id,
            code=code, department=department, value=action.value,
            preference_id=action.preference_id, made_at=clock.now(),
        )  # fmt: skip
    for place, action in needed.renew.items():
        same_value = col(Preparation.value).is_not_distinct_from(action.value)
        same_guest = col(Preparation.guest_id) == stay.guest_id
        # What was set for another value, or for another guest, is not set for this one.
        db.connection().execute(
            update(Preparation)
            .where(*_at(stay.id, place), or_(~same_value, ~same_guest))
            .values(done_at=None, done_by=None)
        )
        db.connection().execute(
            update(Preparation)
            .where(*_at(stay.id, place))
            .values(
                value=action.value,
                preference_id=action.preference_id,
                guest_id=stay.guest_id,
                dropped_at=None,
            )
        )
    for place in needed.drop:
        db.connection().execute(
            update(Preparation).where(*_at(stay.id, place)).values(dropped_at=clock.now())
        )


def _at(stay_id: UUID, place: rules.Place) -> tuple[Any, Any, Any]:
    code, department = place
    return (
        col(Preparation.stay_id) == stay_id,
        col(Preparation.code) == code,
        col(Preparation.department) == department,
    )


# ---------------------------------------------------------------- by people
def tick(db: Session, item_id: UUID, *, by: Actor, done: bool = True) -> Doing:
    """Set an item, or take the tick back; saying it again changes nothing.

    `NotFound` when it is no longer to be done or not this reader's. The evidence behind a
    ticked item counts as used.
    """
    before = queries.doing(db, item_id, by=by)
    if (before.done_at is not None) == done:
        return before
    db.connection().execute(
        update(Preparation)
        .where(col(Preparation.id) == item_id)
        .values(done_at=clock.now() if done else None, done_by=by.staff_id if done else None)
    )
    stay = sources.stays_named(db, [before.stay_id])[0]
    _bump(db, stay.id)
    _note(db, stay, by=by, fields=["preparation.done_at"])
    _tell(db, stay, by=by)
    if done:
        _use(db, item_id, by=by)
    return queries.doing(db, item_id, by=by)


def change(
    db: Session, stay_id: UUID, wanted: PreparationChange, *, by: Actor, version: int
) -> None:
    """Tick items of an arrival, or say that a person went through it (or not, after all).

    `ChangedMeanwhile` when ``version`` is not the newest, `NotFound` for an item of another stay.
    """
    _hold(db, stay_id, version)
    known = {item.id for item in queries.arrival(db, stay_id, by=by).items}
    for ticking in wanted.ticks or ():
        if ticking.id not in known:
            raise queries.no_such_item()
        tick(db, ticking.id, by=by, done=ticking.done)
    if wanted.prepared is not None:
        _mark(db, stay_id, wanted.prepared, by=by)


def mark_prepared(db: Session, stay_id: UUID, *, by: Actor, version: int) -> None:
    """A person saw everything of this arrival that needs eyes; what is new later reopens it."""
    _hold(db, stay_id, version)
    _mark(db, stay_id, True, by=by)


def reopen(db: Session, stay_id: UUID, *, by: Actor, version: int) -> None:
    """Take the mark back."""
    _hold(db, stay_id, version)
    _mark(db, stay_id, False, by=by)


def _mark(db: Session, stay_id: UUID, prepared: bool, *, by: Actor) -> None:
    by.need("preparing.edit")
    stay = sources.stays_named(db, [stay_id])[0]
    if stay.guest_id is None:
        raise no_such_stay()
    seen = rules.settled_keys(queries.states(db, [stay])[0].glances) if prepared else []
    _put_heads(db, [stay])
    db.connection().execute(
        update(StayPreparation)
        .where(col(StayPreparation.stay_id) == stay_id)
        .values(
            prepared_at=clock.now() if prepared else None,
            prepared_by=by.staff_id if prepared else None,
            settled=seen,
            version=col(StayPreparation.version) + 1,
        )
    )
    _note(db, stay, by=by, fields=["stay_preparation.prepared_at"])
    kind = ArrivalPrepared if prepared else ArrivalReopened
    news.record(
        db, kind(guest_id=stay.guest_id, hotel_id=stay.hotel_id, by_id=by.id, stay_id=stay_id)
    )


def _hold(db: Session, stay_id: UUID, version: int) -> None:
    """Lock the arrival and compare its version; a stay that nobody prepared yet has 0."""
    found = db.connection().scalar(
        select(col(StayPreparation.version))
        .where(col(StayPreparation.stay_id) == stay_id)
        .with_for_update()
    )
    if (found or 0) != version:
        raise ChangedMeanwhile(
            "Somebody else changed this arrival meanwhile. Load it again.", "version"
        )


# ---------------------------------------------------------------- the common ways
def _bump(db: Session, stay_id: UUID) -> None:
    db.connection().execute(
        update(StayPreparation)
        .where(col(StayPreparation.stay_id) == stay_id)
        .values(version=col(StayPreparation.version) + 1)
    )


def _note(db: Session, stay: Any, *, by: Actor, fields: Sequence[str]) -> None:
    audit.note(
        db, Deed.CHANGED, by=by, subject="preparation", subject_id=stay.id,
        guest_id=stay.guest_id, fields=fields,
    )  # fmt: skip


def _tell(db: Session, stay: Any, *, by: Actor) -> None:
    done, items = queries.figures_of(db, [stay.id]).get(stay.id, (0, 0))
    news.record(
        db,
        PreparationChanged(
            guest_id=stay.guest_id,
            hotel_id=stay.hotel_id,
            by_id=by.id,
            stay_id=stay.id,
            room_no=stay.room_no,
            items=items,
            done=done,
        ),
    )


def _use(db: Session, item_id: UUID, *, by: Actor) -> None:
    """The claim behind a ticked item was acted on; whoever noted it hears of that."""
    claim = db.connection().scalar(
        select(col(Preparation.preference_id)).where(col(Preparation.id) == item_id)
    )
    if claim is not None:
        mark_used(db, by=by, preference_ids=[claim])
