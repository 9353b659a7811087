"""Changes stays and posts to folios: each with its figures, its audit row and its news.

Bookings and folios belong to the hotel's system. They change here through the message door,
imports and the demo, all of which act as the house; no desk has a button for them. Every
function works in the caller's transaction.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests import service as guests
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import ChangedMeanwhile, RuleBroken
from crm.kit.ids import new_id
from crm.kit.pouring import pour
from crm.kit.rows import mapping_of
from crm.staff.actor import Actor
from crm.stays import figures, newcomers, rules
from crm.stays.events import (
    FolioPosted,
    GuestArrived,
    GuestDidNotCome,
    GuestLeft,
    StayAssigned,
    StayBooked,
    StayCancelled,
    StayChanged,
    StayReinstated,
)
from crm.stays.queries import guests_of_stays, no_such_stay
from crm.stays.schemas import FolioPost, StayBook, StayChange
from crm.stays.tables import Companion, FolioLine, Stay
from crm.stays.terms import StayStatus

NOT_NULL = frozenset({"adults", "children", "identity", "currency", "arrival_on", "departure_on"})
_COLUMNS: list[Any] = list(Stay.__table__.columns)  # type: ignore[attr-defined]
_LINE_COLUMNS: list[Any] = list(FolioLine.__table__.columns)  # type: ignore[attr-defined]
_NEWS = {
    StayStatus.BOOKED: StayReinstated,
    StayStatus.IN_HOUSE: GuestArrived,
    StayStatus.CHECKED_OUT: GuestLeft,
    StayStatus.CANCELLED: StayCancelled,
    StayStatus.NO_SHOW: GuestDidNotCome,
}


class StayCannotMove(RuleBroken):
    """The stay is in a state from which this cannot happen."""

    def __init__(self, before: StayStatus, after: StayStatus) -> None:
        super().__init__(
            "A stay that is %(before)s cannot become %(after)s.",
            "stay_state",
            before=before.value,
            after=after.value,
        )


# ---------------------------------------------------------------- book and change
def book(db: Session, booking: StayBook, *, by: Actor, stay_id: UUID | None = None) -> UUID:
    """Enter a booking; the guest, where known, is within the hotel's reach from now on."""
    stay_id = stay_id or new_id()
    now = clock.now()
    facts = booking.model_dump(exclude={"companion_ids"})
    facts["currency"] = booking.currency or hotels.hotel(db, booking.hotel_id).currency
    row = facts | {
        "id": stay_id,
        "status": StayStatus.BOOKED,
        "nights": rules.nights_between(booking.arrival_on, booking.departure_on),
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    db.flush()
    db.connection().execute(insert(Stay), [row])
    _put_companions(db, stay_id, booking.guest_id, booking.companion_ids)
    figures.refresh(db, [booking.guest_id, *booking.companion_ids])
    _tell(db, StayBooked, row, by=by, deed=Deed.CREATED)
    newcomers.tell(db, row, by=by)
    return stay_id


def change(
    db: Session, stay_id: UUID, wanted: StayChange, *, by: Actor, version: int | None = None
) -> bool:
    """Change the fields that ``wanted`` names; returns whether anything was different."""
    before = _locked(db, stay_id, version)
    values = wanted.model_dump(include=wanted.model_fields_set)
    values = {k: v for k, v in values.items() if v is not None or k not in NOT_NULL}
    fields = rules.changed_fields(before, values)
    if not fields:
        return False
    after = before | {name: values[name] for name in fields}
    if after["departure_on"] < after["arrival_on"]:
        raise RuleBroken("The departure must not lie before the arrival.", "stay_dates")
    after["nights"] = rules.nights_between(after["arrival_on"], after["departure_on"])
    _save(db, after, [*fields, "nights"])
    figures.refresh(db, guests_of_stays(db, [stay_id]))
    _seen(db, after)
    _tell(db, StayChanged, after, by=by, fields=fields, news_fields=",".join(fields))
    return True


# ---------------------------------------------------------------- moves
def check_in(
    db: Session,
    stay_id: UUID,
    *,
    by: Actor,
    room_no: str | None = None,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """The guest is here; ``room_no`` replaces the room that was planned."""
    extra: dict[str, Any] = {"checked_in_at": at or clock.now()}
    if room_no is not None:
        extra["room_no"] = room_no
    move(db, stay_id, StayStatus.IN_HOUSE, by=by, version=version, **extra)


def check_out(
    db: Session,
    stay_id: UUID,
    *,
    by: Actor,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """The guest has left; the departure stays as it was unless a change said otherwise."""
    left_at = at or clock.now()
    move(db, stay_id, StayStatus.CHECKED_OUT, by=by, version=version, checked_out_at=left_at)


def cancel(
    db: Session,
    stay_id: UUID,
    *,
    by: Actor,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    gone_at = at or clock.now()
    move(db, stay_id, StayStatus.CANCELLED, by=by, version=version, cancelled_at=gone_at)


def no_show(db: Session, stay_id: UUID, *, by: Actor, version: int | None = None) -> None:
    """The guest did not come."""
    move(db, stay_id, StayStatus.NO_SHOW, by=by, version=version)


def reinstate(db: Session, stay_id: UUID, *, by: Actor, version: int | None = None) -> None:
    """Take back a cancellation, a no-show or a wrong check-in: it is a booking again."""
    move(
        db, stay_id, StayStatus.BOOKED, by=by, version=version, checked_in_at=None,
        cancelled_at=None,
    )  # fmt: skip


def move(
    db: Session,
    stay_id: UUID,
    to: StayStatus,
    *,
    by: Actor,
    version: int | None = None,
    **facts: Any,
) -> None:
    """Move a stay to a status that the rules allow, with the facts that go with it."""
    before = _locked(db, stay_id, version)
    if not rules.may_move(before["status"], to):
        raise StayCannotMove(before["status"], to)
    _settle(db, before, to, facts, by=by)


def put_right(db: Session, stay_id: UUID, to: StayStatus, *, by: Actor, **facts: Any) -> bool:
    """Take over a status from the hotel's system, whatever was here before.

    Messages arrive late and out of order, so a stay may jump; returns whether it moved.
    """
    before = _locked(db, stay_id, None)
    same = before["status"] is to
    if same and not rules.changed_fields(before, facts):
        return False
    _settle(db, before, to, facts, by=by)
    return not same


def _settle(
    db: Session, before: dict[str, Any], to: StayStatus, facts: dict[str, Any], *, by: Actor
) -> None:
    after = before | facts | {"status": to}
    _save(db, after, ["status", *facts])
    figures.refresh(db, guests_of_stays(db, [after["id"]]))
    _seen(db, after)
    if before["status"] is not to:
        _tell(db, _NEWS[to], after, by=by, fields=["status", *sorted(facts)])
        newcomers.tell(db, after, by=by)


# ---------------------------------------------------------------- who
def assign_guest(db: Session, stay_id: UUID, guest_id: UUID | None, *, by: Actor) -> None:
    """Give a stay and its folio to a guest: a review was decided or a mistake put right."""
    before = _locked(db, stay_id, None)
    if before["guest_id"] == guest_id:
        return
    touched = guests_of_stays(db, [stay_id]) | {guest_id}
    _save(db, before | {"guest_id": guest_id}, ["guest_id"])
    connection = db.connection()
    connection.execute(
        update(FolioLine).where(col(FolioLine.stay_id) == stay_id).values(guest_id=guest_id)
    )
    connection.execute(
        delete(Companion).where(
            col(Companion.stay_id) == stay_id, col(Companion.guest_id) == guest_id
        )
    )
    figures.refresh(db, touched)
    after = before | {"guest_id": guest_id}
    _seen(db, after)
    _tell(db, StayAssigned, after, by=by, fields=["guest_id"], from_guest_id=before["guest_id"])
    newcomers.tell(db, after, by=by)


def set_companions(db: Session, stay_id: UUID, companion_ids: Sequence[UUID], *, by: Actor) -> None:
    """Say anew who shares the stay; the guest of the booking is left out."""
    before = _locked(db, stay_id, None)
    touched = guests_of_stays(db, [stay_id])
    db.connection().execute(delete(Companion).where(col(Companion.stay_id) == stay_id))
    _put_companions(db, stay_id, before["guest_id"], companion_ids)
    figures.refresh(db, touched | set(companion_ids))
    _audit(db, before, by=by, deed=Deed.CHANGED, fields=["companion"])


def _put_companions(
    db: Session, stay_id: UUID, guest_id: UUID | None, companion_ids: Sequence[UUID]
) -> None:
    rows = [{"stay_id": stay_id, "guest_id": one} for one in rules.free_of(companion_ids, guest_id)]
    if rows:
        db.connection().execute(insert(Companion), rows)


# ---------------------------------------------------------------- folio
def post_folio_lines(
    db: Session, stay_id: UUID, lines: Sequence[FolioPost], *, by: Actor
) -> list[int]:
    """Post what was consumed; returns the numbers of the new lines."""
    stay = _locked(db, stay_id, None)
    first = 1 + _last_line(db, stay_id)
    _put_lines(db, stay, lines, first)
    figures.refresh(db, [stay["guest_id"]])
    if lines:
        _tell_folio(db, stay, len(lines), by=by)
    return list(range(first, first + len(lines)))


def replace_folio(db: Session, stay_id: UUID, lines: Sequence[FolioPost], *, by: Actor) -> None:
    """Take over a whole folio as the hotel's system has it now."""
    stay = _locked(db, stay_id, None)
    db.connection().execute(delete(FolioLine).where(col(FolioLine.stay_id) == stay_id))
    _put_lines(db, stay, lines, 1)
    figures.refresh(db, [stay["guest_id"]])
    _tell_folio(db, stay, len(lines), by=by)


def settle_lines(
    db: Session,
    stay_id: UUID,
    lines: Sequence[tuple[int | None, FolioPost | None]],
    *,
    by: Actor,
) -> list[int | None]:
    """Bring lines to what the hotel's system says: (number, line).

    Without a number the line is new, without a line the numbered one goes. Answers the numbers
    in the same order, None for what is gone; says nothing where nothing changed.
    """
    stay = _locked(db, stay_id, None)
    fresh = [line for no, line in lines if no is None and line is not None]
    numbers = iter(range(first := 1 + _last_line(db, stay_id), first + len(fresh)))
    _put_lines(db, stay, fresh, first)
    changed = len(fresh)
    answer: list[int | None] = []
    for no, line in lines:
        if no is None:
            answer.append(next(numbers) if line is not None else None)
        else:
            changed += _settle_line(db, stay, no, line)
            answer.append(None if line is None else no)
    if changed:
        figures.refresh(db, [stay["guest_id"]])
        _tell_folio(db, stay, changed, by=by)
    return answer


def _settle_line(db: Session, stay: dict[str, Any], no: int, line: FolioPost | None) -> int:
    """Change or take away one line; returns whether anything was different."""
    here = (col(FolioLine.stay_id) == stay["id"], col(FolioLine.no) == no)
    if line is None:
        return db.connection().execute(delete(FolioLine).where(*here)).rowcount
    row = db.connection().execute(select(*_LINE_COLUMNS).where(*here)).first()
    values = line.model_dump() | {"currency": line.currency or stay["currency"]}
    if row is None or not (fields := rules.changed_fields(dict(mapping_of(row)), values)):
        return 0
    new = {name: values[name] for name in fields}
    return db.connection().execute(update(FolioLine).where(*here).values(new)).rowcount


def _last_line(db: Session, stay_id: UUID) -> int:
    found = db.connection().execute(
        select(func.max(col(FolioLine.no))).where(col(FolioLine.stay_id) == stay_id)
    )
    return int(found.scalar_one() or 0)


def _put_lines(db: Session, stay: dict[str, Any], lines: Sequence[FolioPost], first: int) -> None:
    rows = [
        line.model_dump()
        | {
            "stay_id": stay["id"],
            "no": no,
            "hotel_id": stay["hotel_id"],
            "guest_id": stay["guest_id"],
            "currency": line.currency or stay["currency"],
        }
        for no, line in enumerate(lines, first)
    ]
    if rows:
        db.connection().execute(insert(FolioLine), rows)


def _tell_folio(db: Session, stay: dict[str, Any], lines: int, *, by: Actor) -> None:
    _audit(db, stay, by=by, deed=Deed.CHANGED, fields=["folio"])
    news.record(
        db,
        FolioPosted(
            guest_id=stay["guest_id"],
            hotel_id=stay["hotel_id"],
            by_id=by.id,
            stay_id=stay["id"],
            lines=lines,
        ),
    )


# ---------------------------------------------------------------- many at once
def bring_in(
    db: Session,
    stays: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]] = (),
    companions: Sequence[dict[str, Any]] = (),
    *,
    guest_ids: Collection[UUID | None] = (),
) -> None:
    """Write many finished rows at once, as imports and the demo do, and renew the figures.

    Rows carry every column that has no default; whoever brings them keeps their own record.
    ``guest_ids`` are further guests whose figures may have changed.
    """
    db.flush()
    now = clock.now()
    stamps = {"created_at": now, "updated_at": now, "version": 1}
    pour(db, Stay, [stamps | row for row in stays])
    pour(db, Companion, companions)
    pour(db, FolioLine, lines)
    touched = {row.get("guest_id") for rows in (stays, lines, companions) for row in rows}
    figures.refresh(db, touched | set(guest_ids))


# ---------------------------------------------------------------- the common ways
def _locked(db: Session, stay_id: UUID, version: int | None) -> dict[str, Any]:
    """The stay's columns, locked against other writers; `NotFound`, or `Conflict` by version."""
    db.flush()
    row = (
        db.connection()
        .execute(select(*_COLUMNS).where(col(Stay.id) == stay_id).with_for_update())
        .first()
    )
    if row is None:
        raise no_such_stay()
    if version is not None and row.version != version:
        raise ChangedMeanwhile(
            "Somebody else changed this stay meanwhile. Load it again.", "version"
        )
    return dict(mapping_of(row))


def _save(db: Session, after: dict[str, Any], fields: Sequence[str]) -> None:
    db.connection().execute(
        update(Stay)
        .where(col(Stay.id) == after["id"])
        .values(
            {name: after[name] for name in fields}
            | {"updated_at": clock.now(), "version": col(Stay.version) + 1}
        )
    )


def _seen(db: Session, stay: dict[str, Any]) -> None:
    """Tell the guest's file the last day they were here."""
    if stay["guest_id"] is None:
        return
    today: date = hotels.hotel(db, stay["hotel_id"]).business_on
    day = rules.seen_on(stay["status"], stay["arrival_on"], stay["departure_on"], today)
    if day is not None:
        guests.seen_on(db, stay["guest_id"], day)


def _tell(
    db: Session,
    kind: type[Any],
    stay: dict[str, Any],
    *,
    by: Actor,
    deed: Deed = Deed.CHANGED,
    fields: Sequence[str] = (),
    news_fields: str | None = None,
    **more: Any,
) -> None:
    _audit(db, stay, by=by, deed=deed, fields=fields)
    if news_fields is not None:
        more["fields"] = news_fields
    news.record(
        db,
        kind(
            guest_id=stay["guest_id"],
            hotel_id=stay["hotel_id"],
            by_id=by.id,
            stay_id=stay["id"],
            arrival_on=stay["arrival_on"],
            departure_on=stay["departure_on"],
            room_no=stay["room_no"],
            **more,
        ),
    )


def _audit(
    db: Session, stay: dict[str, Any], *, by: Actor, deed: Deed, fields: Sequence[str]
) -> None:
    audit.note(
        db,
        deed,
        by=by,
        subject="stay",
        subject_id=stay["id"],
        guest_id=stay["guest_id"],
        fields=fields,
    )
