"""Reads what was noted: one note, a guest's, one's own, and those that wait for the centre."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.guests.queries import need_visible, visible_to
from crm.guests.tables import Guest
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, named, one_of
from crm.preferences import refusals, rules
from crm.preferences.codes import catalogue, of_hotel, own_words
from crm.preferences.schemas import ObservationOut, WaitingCounts
from crm.preferences.sights import Lens
from crm.preferences.tables import HotelCode, Observation, Preference, PreferenceCode
from crm.preferences.terms import Lateness, ObservationState, ReviewPolicy, Sensitivity
from crm.preferences.wording import with_value
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight

REVIEW = "preferences.review"
_Noter, _Reviewer = aliased(Staff), aliased(Staff)
_PLAIN = [
    name
    for name in ObservationOut.model_fields
    if name in Observation.model_fields and name not in ("cautions", "suggested")
]
_WAITING = col(Observation.state) == ObservationState.WAITING
_OPEN_TO_READERS = (ObservationState.TAKEN, ObservationState.ACCEPTED)


def _query(by: Actor) -> Select[Any]:
    return (
        select(
            *cols(
                *(getattr(Observation, name) for name in _PLAIN),
                Observation.suggested, Observation.cautions, PreferenceCode.group_code,
                PreferenceCode.sensitivity, PreferenceCode.departments,
                named(Preference.status, "preference_status"),
                named(_Noter.name, "noted_by_name"), named(_Reviewer.name, "reviewed_by_name"),
            ),
            *own_words(),
        )
        .outerjoin(PreferenceCode, col(PreferenceCode.code) == col(Observation.code))
        .outerjoin(HotelCode, of_hotel(by.hotel_id))
        .outerjoin(Preference, col(Preference.id) == col(Observation.preference_id))
        .outerjoin(_Noter, col(_Noter.id) == col(Observation.noted_by))
        .outerjoin(_Reviewer, col(_Reviewer.id) == col(Observation.reviewed_by))
    )  # fmt: skip


def _mine(by: Actor) -> ColumnElement[bool]:
    return and_(col(Observation.noted_by) == by.staff_id, col(Observation.noted_by).is_not(None))


def in_reach(by: Actor) -> ColumnElement[bool]:
    """Notes of the reader's hotels; the group's readers see all hotels'."""
    if by.is_system or by.reach == "group":
        return true()
    return one_of(col(Observation.hotel_id), by.hotel_ids)


def _of_visible_guest(by: Actor) -> ColumnElement[bool]:
    return exists().where(col(Guest.id) == col(Observation.guest_id), visible_to(by))


def reviewable(by: Actor) -> ColumnElement[bool]:
    """Notes that this reader may decide: of their hotels, and of kinds that they read clear."""
    clear = [
        kind
        for kind in Sensitivity
        if by.sight(f"preference.{kind.value}", Channel.JSON) is Sight.CLEAR
    ]
    kind = (
        select(col(PreferenceCode.sensitivity))
        .where(col(PreferenceCode.code) == col(Observation.code))
        .correlate(Observation)
        .scalar_subquery()
    )
    return and_(in_reach(by), or_(col(Observation.code).is_(None), one_of(kind, clear)))


def _told_to(db: Session, by: Actor) -> ColumnElement[bool]:
    """Notes that this reader may know of, decided by the database.

    Left out afterwards, a page with fewer lines than asked for would tell that there are some.
    """
    if by.is_system:
        return true()
    lens = Lens(by, Channel.JSON)
    own = catalogue(db, by.hotel_id).rows
    others = db.connection().execute(
        select(
            *cols(PreferenceCode.code, PreferenceCode.sensitivity, PreferenceCode.departments)
        ).where(
            col(PreferenceCode.owner_id).is_not(None),
            col(PreferenceCode.owner_id) != by.hotel_id if by.hotel_id is not None else true(),
        )
    )
    shut = sorted(
        row.code
        for row in (*own, *others)
        if lens.sight(row.sensitivity, row.departments) is Sight.NONE
    )
    readable = or_(col(Observation.code).is_(None), col(Observation.code).not_in(shut))
    if not by.may(REVIEW):
        readable = and_(col(Observation.code).not_in(shut), _counts())
    return or_(_mine(by), readable)


def _counts() -> ColumnElement[bool]:
    """The same as `rules.counts`, for the database."""
    return and_(
        col(Observation.code).is_not(None),
        or_(
            one_of(col(Observation.state), _OPEN_TO_READERS),
            and_(_WAITING, col(Observation.policy) == ReviewPolicy.WITHIN_A_DAY),
        ),
    )


class _Reader:
    """One reader's way of seeing notes."""

    def __init__(self, by: Actor, *, own: bool = False) -> None:
        self.by, self.lens = by, Lens(by, Channel.JSON)
        self.reviews, self.own = by.may(REVIEW), own
        self.chinese, self.now = by.language.startswith("zh"), clock.now()

    def told(self, row: Any) -> ObservationOut | None:
        mine = self.own or (row.noted_by is not None and row.noted_by == self.by.staff_id)
        sight = self._sight(row)
        if not (mine or self.reviews or rules.counts(row.state, row.policy, row.code)):
            return None
        if sight is Sight.NONE and not mine:
            return None
        return self._out(row, sight, mine)

    def _sight(self, row: Any) -> Sight:
        if row.code is None:
            return Sight.CLEAR
        return self.lens.sight(row.sensitivity, row.departments)

    def _out(self, row: Any, sight: Sight, mine: bool) -> ObservationOut:
        clear = sight is Sight.CLEAR
        coded = row.code is not None
        label = row.label_zh if self.chinese else row.label_en
        instruction = row.need_to_know_zh if self.chinese else row.need_to_know_en
        named_ = coded and (clear or row.sensitivity is Sensitivity.NORMAL)
        entrusted = clear and (mine or self.reviews)
        facts = {name: getattr(row, name) for name in _PLAIN}
        open_ = row.state in (ObservationState.TAKEN, ObservationState.WAITING)
        until = row.entered_at + rules.WITHDRAWN_WITHIN
        return ObservationOut(
            **facts
            | {
                "code": row.code if named_ else None,
                "group": row.group_code if named_ else None,
                "label": label if clear else None,
                "text": with_value(label if clear else instruction, row.value)
                if coded
                else row.words or "",
                "words": row.words if clear else None,
                "sensitivity": row.sensitivity,
                "noted_by_name": row.noted_by_name,
                "reviewed_by_name": row.reviewed_by_name,
                "lateness": rules.lateness(row.state, row.entered_at, self.now),
                # each of these may tell the reason, like the noter's own words
                "suggested": row.suggested if entrusted else [],
                "cautions": row.cautions if entrusted else [],
                "reply": row.reply if entrusted else None,
                "reject_reason": row.reject_reason if mine or self.reviews else None,
                "preference_status": row.preference_status,
                "withdrawable_until": until if mine and open_ and until > self.now else None,
            }
        )


def _told(rows: Iterable[Any], by: Actor, *, own: bool = False) -> list[ObservationOut]:
    reader = _Reader(by, own=own)
    return [out for row in rows if (out := reader.told(row)) is not None]


def observation(
    db: Session, observation_id: UUID, *, by: Actor, own: bool = False
) -> ObservationOut:
    """One note; `NotFound` when it is not there, out of reach or not for this reader.

    ``own`` where the caller has just made it or knows that it is theirs.
    """
    query = _query(by).where(col(Observation.id) == observation_id)
    if not own:
        near = or_(_mine(by), and_(in_reach(by), _of_visible_guest(by)), _by_review(by))
        query = query.where(near)
    found = _told(db.connection().execute(query), by, own=own)
    if not found:
        raise refusals.no_observation()
    return found[0]


def _by_review(by: Actor) -> ColumnElement[bool]:
    return reviewable(by) if by.may(REVIEW) else ~true()


def observations_of(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[ObservationOut]:
    """What was noted about a guest, newest first, as far as this reader may know."""
    by.need("preferences.read")
    need_visible(db, guest_id, by=by)
    query = _query(by).where(
        col(Observation.guest_id) == guest_id,
        or_(
            col(Observation.this_hotel_only).is_(False),
            col(Observation.code).is_(None),
            in_reach(by),
        ),
        _told_to(db, by),
    )
    return _newest_first(db, query, by, cursor, limit)


def notes_of_mine(
    db: Session, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[ObservationOut]:
    """What the reader noted, newest first, with what became of it."""
    by.need("preferences.note")
    return _newest_first(db, _query(by).where(_mine(by)), by, cursor, limit)


def unheard(db: Session, *, by: Actor) -> int:
    """How many of the reader's notes were decided or used since they last looked."""
    by.need("preferences.note")
    heard = or_(
        col(Observation.seen_by_noter_at).is_(None),
        col(Observation.seen_by_noter_at)
        < func.coalesce(col(Observation.reviewed_at), col(Observation.used_at)),
        col(Observation.seen_by_noter_at) < col(Observation.used_at),
    )
    query = select(func.count()).where(
        _mine(by),
        or_(col(Observation.reviewed_at).is_not(None), col(Observation.used_at).is_not(None)),
        heard,
    )
    return db.connection().scalar(query.select_from(Observation)) or 0


def _newest_first(
    db: Session, query: Select[Any], by: Actor, cursor: str | None, limit: int
) -> PageOf[ObservationOut]:
    if (after := _after(cursor)) is not None:
        at, identity = after
        entered = col(Observation.entered_at)
        same = and_(entered == at, col(Observation.id) < identity)
        query = query.where(entered <= at, or_(entered < at, same))
    query = query.order_by(col(Observation.entered_at).desc(), col(Observation.id).desc())
    rows = db.connection().execute(query.limit(limit + 1)).all()
    return PageOf(items=_told(rows[:limit], by), next=_next(rows, limit))


def waiting(
    db: Session,
    *,
    by: Actor,
    hotel_id: UUID | None = None,
    group: str | None = None,
    department: DepartmentCode | None = None,
    lateness: Lateness | None = None,
    guest_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[ObservationOut]:
    """What waits for the centre, oldest first; ``group`` ``"words"`` are those without a code."""
    by.need(REVIEW)
    query = _query(by).where(_WAITING, reviewable(by))
    if hotel_id is not None:
        query = query.where(col(Observation.hotel_id) == hotel_id)
    if guest_id is not None:
        query = query.where(col(Observation.guest_id) == guest_id)
    if group == "words":
        query = query.where(col(Observation.code).is_(None))
    elif group is not None:
        query = query.where(col(PreferenceCode.group_code) == group)
    if department is not None:
        query = query.where(col(Observation.noted_department) == department)
    query = query.where(*_aged(lateness))
    if (after := _after(cursor)) is not None:
        at, identity = after
        entered = col(Observation.entered_at)
        same = and_(entered == at, col(Observation.id) > identity)
        query = query.where(entered >= at, or_(entered > at, same))
    query = query.order_by(col(Observation.entered_at), col(Observation.id))
    rows = db.connection().execute(query.limit(limit + 1)).all()
    return PageOf(items=_told(rows[:limit], by), next=_next(rows, limit))


def _aged(lateness: Lateness | None) -> list[ColumnElement[bool]]:
    entered, now = col(Observation.entered_at), clock.now()
    if lateness is Lateness.FRESH:
        return [entered >= now - rules.AMBER_AFTER]
    if lateness is Lateness.AMBER:
        return [entered < now - rules.AMBER_AFTER, entered >= now - rules.RED_AFTER]
    return [entered < now - rules.RED_AFTER] if lateness is Lateness.RED else []


def waiting_counts(db: Session, *, by: Actor, hotel_id: UUID | None = None) -> WaitingCounts:
    """How many notes wait, how many of them too long."""
    by.need(REVIEW)
    now, entered = clock.now(), col(Observation.entered_at)
    amber = and_(entered < now - rules.AMBER_AFTER, entered >= now - rules.RED_AFTER)
    query = select(
        func.count().label("waiting"),
        func.count().filter(amber).label("amber"),
        func.count().filter(entered < now - rules.RED_AFTER).label("red"),
        func.min(entered).label("oldest_at"),
    ).where(_WAITING, reviewable(by))
    if hotel_id is not None:
        query = query.where(col(Observation.hotel_id) == hotel_id)
    return WaitingCounts.model_validate(db.connection().execute(query).one())


def counting(claim_ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Observations that are evidence of these claims."""
    return and_(col(Observation.preference_id).in_(list(claim_ids)), _counts())


def moments_of(db: Session, preference_id: UUID, *, by: Actor) -> list[ObservationOut]:
    """The evidence of one claim that this reader may see, newest first."""
    query = (
        _query(by)
        .where(col(Observation.preference_id) == preference_id)
        .order_by(col(Observation.observed_at).desc(), col(Observation.id).desc())
    )
    return _told(db.connection().execute(query), by)


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    parts = read_cursor(cursor, 2)
    if parts is None:
        return None
    try:
        return datetime.fromisoformat(str(parts[0])).astimezone(UTC), UUID(str(parts[1]))
    except (ValueError, OverflowError):
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None


def _next(rows: Any, limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return write_cursor(last.entered_at.isoformat(), str(last.id))
