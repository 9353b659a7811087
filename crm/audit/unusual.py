"""Keeps what was unusual in viewing, once per person or guest, hotel, day and kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, distinct, func, insert, select, true, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.events import UnusualViewingFound, UnusualViewingLookedInto
from crm.audit.rules import DAYS_OF_HABIT, VOLUME_MAX, Day, Finding, usual
from crm.audit.schemas import AuditLine, LookedInto, UnusualLine
from crm.audit.tables import AuditRow, UnusualViewing, ViewingDay
from crm.audit.terms import ActorKind, Deed, Unusual
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from crm.kit.events import record as tell
from crm.kit.ids import first_id_of, new_id
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, one_of

if TYPE_CHECKING:  # staff stands above; here only the shape of an actor is used
    from crm.staff.actor import Actor

PERMISSION = "audit.unusual"
OPENED = (Deed.VIEWED, Deed.REVEALED, Deed.EXPORTED, Deed.PRINTED)
WORKED = (Deed.CREATED, Deed.CHANGED, Deed.REMOVED)
PEOPLE = (ActorKind.STAFF, ActorKind.KEY)
JUST_NOW = timedelta(minutes=5)
HABIT_KEPT = timedelta(days=2 * DAYS_OF_HABIT)

_LINE = fields_of(UnusualViewing, UnusualLine)
_ROW = fields_of(AuditRow, AuditLine)


# ---------------------------------------------------------------- finding
def watch_volume(db: Session) -> int:
    """Tell of everybody who opened more than 200 files today; looks at those active just now."""
    now = clock.now()
    zones = zones_of_hotels(db)
    found = 0
    for kind, actor_id, hotel_id in _active(db, now - JUST_NOW):
        if hotel_id not in zones:
            continue
        day = now.astimezone(zones[hotel_id]).date()
        start, _ = limits_of(day, zones[hotel_id])
        query = select(func.count(distinct(col(AuditRow.guest_id)))).where(
            col(AuditRow.actor_id) == actor_id,
            col(AuditRow.id) >= first_id_of(start),
            col(AuditRow.hotel_id) == hotel_id,
            one_of(col(AuditRow.deed), OPENED),
        )
        files = db.connection().scalar(query) or 0
        if files > VOLUME_MAX:
            usual = usual_files(db, hotel_id, actor_id, day)
            finding = Finding(Unusual.VOLUME, files, usual)
            found += keep(db, finding, hotel_id, day, actor=(kind, actor_id))
    return found


def keep(
    db: Session,
    finding: Finding,
    hotel_id: UUID,
    day: date,
    *,
    actor: tuple[ActorKind, UUID] | None = None,
    guest_id: UUID | None = None,
) -> bool:
    """Write one finding, or its newer number; returns whether it is new.

    What a manager has looked into stays as it was looked into.
    """
    about = actor[1] if actor else guest_id
    key = f"{finding.kind}:{day.isoformat()}:{hotel_id.hex}:{about.hex if about else ''}"
    known = (
        db.connection()
        .execute(
            select(*cols(UnusualViewing.id, UnusualViewing.looked_at)).where(
                col(UnusualViewing.key) == key
            )
        )
        .first()
    )
    if known is not None:
        if known.looked_at is None:
            db.connection().execute(
                update(UnusualViewing)
                .where(col(UnusualViewing.id) == known.id)
                .values(number=finding.number, usual=finding.usual)
            )
        return False
    db.connection().execute(
        insert(UnusualViewing).values(
            id=new_id(),
            key=key,
            kind=finding.kind,
            day=day,
            hotel_id=hotel_id,
            actor_kind=actor[0] if actor else None,
            actor_id=actor[1] if actor else None,
            guest_id=guest_id,
            number=finding.number,
            usual=finding.usual,
            found_at=clock.now(),
        )
    )
    tell(db, UnusualViewingFound(hotel_id=hotel_id))
    return True


def _active(db: Session, since: datetime) -> list[tuple[ActorKind, UUID, UUID]]:
    query = (
        select(*cols(AuditRow.actor_kind, AuditRow.actor_id, AuditRow.hotel_id))
        .where(
            col(AuditRow.id) >= first_id_of(since),
            col(AuditRow.actor_id).is_not(None),
            col(AuditRow.hotel_id).is_not(None),
            one_of(col(AuditRow.deed), OPENED),
        )
        .distinct()
    )
    return [(row.actor_kind, row.actor_id, row.hotel_id) for row in db.connection().execute(query)]


def zones_of_hotels(db: Session) -> dict[UUID, ZoneInfo]:
    rows = db.connection().execute(select(*cols(Hotel.id, Hotel.time_zone)))
    return {row.id: ZoneInfo(row.time_zone) for row in rows}


def limits_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a hotel's day begins and ends."""
    return (
        datetime.combine(day, time.min, zone),
        datetime.combine(day + timedelta(days=1), time.min, zone),
    )


# ---------------------------------------------------------------- the measure of what is usual
def habit_of(db: Session, hotel_id: UUID, actor_id: UUID, before: date) -> list[Day]:
    """A person's days of the last 30 before one, on which something was opened or looked up."""
    query = select(*fields_of_day()).where(
        col(ViewingDay.hotel_id) == hotel_id,
        col(ViewingDay.actor_id) == actor_id,
        col(ViewingDay.day) >= before - timedelta(days=DAYS_OF_HABIT),
        col(ViewingDay.day) < before,
    )
    return [
        Day(row.files, row.reveals, row.look_ups, row.strangers, row.marked, tuple(row.by_hour))
        for row in db.connection().execute(query)
    ]


def fields_of_day() -> list[Any]:
    day = ViewingDay
    return list(cols(day.files, day.reveals, day.look_ups, day.strangers, day.marked, day.by_hour))


def usual_files(db: Session, hotel_id: UUID, actor_id: UUID, before: date) -> int | None:
    """The median of a person's files a day; None while too few days are known."""
    return usual([each.files for each in habit_of(db, hotel_id, actor_id, before)])


def keep_days(
    db: Session, hotel_id: UUID, day: date, of: Mapping[tuple[ActorKind, UUID], Day]
) -> None:
    """Write the counts of one hotel's day anew."""
    db.connection().execute(
        delete(ViewingDay).where(col(ViewingDay.hotel_id) == hotel_id, col(ViewingDay.day) == day)
    )
    rows = [
        {
            "hotel_id": hotel_id,
            "day": day,
            "actor_id": actor_id,
            "actor_kind": kind,
            "files": counts.files,
            "reveals": counts.reveals,
            "look_ups": counts.look_ups,
            "strangers": counts.strangers,
            "marked": counts.marked,
            "by_hour": list(counts.by_hour),
        }
        for (kind, actor_id), counts in of.items()
    ]
    if rows:
        db.connection().execute(insert(ViewingDay), rows)


def last_day_kept(db: Session, hotel_id: UUID) -> date | None:
    """The newest day of a hotel whose counts are kept."""
    query = select(func.max(col(ViewingDay.day))).where(col(ViewingDay.hotel_id) == hotel_id)
    found: date | None = db.connection().scalar(query)
    return found


def forget_old(db: Session, *, findings_days: int) -> int:
    """Remove counts after two months, and findings that were looked into after some days."""
    now = clock.now()
    db.connection().execute(
        delete(ViewingDay).where(col(ViewingDay.day) < (now - HABIT_KEPT).date())
    )
    old = delete(UnusualViewing).where(
        col(UnusualViewing.looked_at) < now - timedelta(days=findings_days)
    )
    return db.connection().execute(old).rowcount


# ---------------------------------------------------------------- showing and settling
def unusual_list(
    db: Session, *, by: Actor, looked_into: bool = False, cursor: str | None = None, limit: int = 50
) -> PageOf[UnusualLine]:
    """Findings of the reader's hotels, newest first: those that wait, or those looked into."""
    by.need(PERMISSION)
    query = select(*_LINE).where(_within(by), _waits(not looked_into))
    if after := read_cursor(cursor, 1):
        query = query.where(col(UnusualViewing.id) < _id(after[0]))
    rows = (
        db.connection()
        .execute(query.order_by(col(UnusualViewing.id).desc()).limit(limit + 1))
        .all()
    )
    page = [UnusualLine.model_validate(row) for row in rows[:limit]]
    more = write_cursor(str(page[-1].id)) if len(rows) > limit else None
    return PageOf[UnusualLine](items=page, next=more)


def waiting(db: Session, *, by: Actor) -> int:
    """How many findings nobody has looked into yet."""
    by.need(PERMISSION)
    query = select(func.count()).select_from(UnusualViewing).where(_within(by), _waits(True))
    return db.connection().scalar(query) or 0


def unusual_one(db: Session, finding_id: UUID, *, by: Actor) -> UnusualLine:
    by.need(PERMISSION)
    row = (
        db.connection()
        .execute(select(*_LINE).where(col(UnusualViewing.id) == finding_id, _within(by)))
        .first()
    )
    if row is None:
        raise NotFound("There is no such entry.", "unusual_viewing")
    return UnusualLine.model_validate(row)


def rows_behind(
    db: Session, finding: UnusualLine, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[AuditLine]:
    """The audit rows of that person, or about that guest, on that day, newest first."""
    by.need(PERMISSION)
    start, end = limits_of(finding.day, zones_of_hotels(db)[finding.hotel_id])
    whose = (
        col(AuditRow.actor_id) == finding.actor_id
        if finding.actor_id
        else col(AuditRow.guest_id) == finding.guest_id
    )
    query = select(*_ROW).where(
        whose,
        col(AuditRow.hotel_id) == finding.hotel_id,
        col(AuditRow.id) >= first_id_of(start),
        col(AuditRow.id) < first_id_of(end),
        one_of(col(AuditRow.deed), _deeds_of(finding.kind)),
    )
    if after := read_cursor(cursor, 1):
        query = query.where(col(AuditRow.id) < _id(after[0]))
    rows = db.connection().execute(query.order_by(col(AuditRow.id).desc()).limit(limit + 1)).all()
    page = [AuditLine.model_validate(row) for row in rows[:limit]]
    more = write_cursor(str(page[-1].id)) if len(rows) > limit else None
    return PageOf[AuditLine](items=page, next=more)


def look_into(db: Session, finding_id: UUID, given: LookedInto, *, by: Actor) -> None:
    """Note that a manager has looked into it, and what came of it.

    `NotAllowed` for the manager's own viewing, `Conflict` when somebody was faster.
    """
    finding = unusual_one(db, finding_id, by=by)
    if finding.actor_id is not None and finding.actor_id == by.id:
        raise NotAllowed(
            "This is about your own viewing. Somebody else must look into it.", "own_viewing"
        )
    done = db.connection().execute(
        update(UnusualViewing)
        .where(col(UnusualViewing.id) == finding_id, col(UnusualViewing.looked_at).is_(None))
        .values(looked_at=clock.now(), looked_by=by.id, looked_words=given.outcome)
    )
    if not done.rowcount:
        raise Conflict("Somebody has looked into this already. Load it again.", "looked_into")
    audit.note(
        db, Deed.CHANGED, by=by, subject="unusual_viewing", subject_id=finding_id,
        fields=["looked_into"],
    )  # fmt: skip
    tell(db, UnusualViewingLookedInto(hotel_id=finding.hotel_id))


def _deeds_of(kind: Unusual) -> Iterable[Deed]:
    if kind is Unusual.MANY_REVEALS:
        return (Deed.REVEALED,)
    return (Deed.LOOKED_UP, *OPENED) if kind is Unusual.UNOPENED else OPENED


def _within(by: Actor) -> ColumnElement[bool]:
    return true() if by.is_system else _in(by.hotel_ids)


def _in(hotel_ids: Collection[UUID]) -> ColumnElement[bool]:
    return one_of(col(UnusualViewing.hotel_id), hotel_ids)


def _waits(really: bool) -> ColumnElement[bool]:
    looked_at = col(UnusualViewing.looked_at)
    return looked_at.is_(None) if really else looked_at.is_not(None)


def _id(part: object) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
