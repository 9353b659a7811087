"""The board: what burns now. Open cases and those filed lately, in house first, by time left."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.complaints import rules
from crm.complaints.queries import reference, within_reach
from crm.complaints.schemas import CaseBoard, CaseCard
from crm.complaints.tables import Complaint, ComplaintPause
from crm.complaints.terms import OPEN_STATUSES, BoardView, CaseStatus
from crm.guests.queries import shown_name
from crm.guests.tables import Guest
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.rows import cols, fields_of, mapping_of, named, one_of
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

FILED_FOR = timedelta(days=2)
"""How long a closed case stays in the board's last column."""
FILED_MAX = 50
CARDS_MAX = 500

_owner = aliased(Staff, name="owner")
_GUEST = ("name_native", "name_latin", "alias", "is_incognito", "ref")
_paused = (
    exists()
    .where(
        col(ComplaintPause.complaint_id) == col(Complaint.id),
        col(ComplaintPause.until_at).is_(None),
    )
    .label("is_paused")
)
_CARD = (
    *fields_of(Complaint, CaseCard),
    named(_owner.name, "owner_name"),
    named(Stay.room_no, "stay_room"),
    named(Stay.status, "stay_status"),
    named(Stay.departure_on, "departure_on"),
    named(Hotel.business_on, "business_on"),
    *cols(*(getattr(Guest, name) for name in _GUEST)),
    _paused,
)


def board(db: Session, *, by: Actor, only: BoardView | None = None) -> CaseBoard:
    """The cases of the reader's hotels by what is left of their time.

    In house first, among them who leaves within three hours, then those whose next promise runs
    out first. Filed ones come last, the newest first. ``counts`` tell of every view how many
    cards it has, whichever is asked for.
    """
    by.need("complaints.read")
    now = clock.now()
    cards = [_card(row, now, by) for row in _open_rows(db, by)]
    cards += [_card(row, now, by) for row in _filed_rows(db, by, now)]
    of_view = {
        view: [card for card, leaves_today in cards if _is_of(card, view, by, leaves_today)]
        for view in BoardView
    }
    kept = of_view[only] if only else [card for card, _ in cards]
    return CaseBoard(
        at=now,
        cards=sorted(kept, key=lambda card: _urgency(card, now)),
        counts={view: len(found) for view, found in of_view.items()},
        all_count=len(cards),
    )


def _rows(by: Actor) -> Any:
    return (
        select(*_CARD)
        .join(Hotel, col(Hotel.id) == col(Complaint.hotel_id))
        .outerjoin(_owner, col(_owner.id) == col(Complaint.owner_id))
        .outerjoin(Stay, col(Stay.id) == col(Complaint.stay_id))
        .outerjoin(Guest, col(Guest.id) == col(Complaint.guest_id))
        .where(within_reach(by))
    )


def _open_rows(db: Session, by: Actor) -> Any:
    is_open = one_of(col(Complaint.status), OPEN_STATUSES)
    first_due = func.coalesce(col(Complaint.due_at), col(Complaint.opened_at))
    return db.connection().execute(_rows(by).where(is_open).order_by(first_due).limit(CARDS_MAX))


def _filed_rows(db: Session, by: Actor, now: datetime) -> Any:
    """Only a closed case has a time of closing; the status is not asked for, so that the index
    by that time is taken and not the one with ten years of closed cases."""
    return db.connection().execute(
        _rows(by)
        .where(col(Complaint.closed_at) >= now - FILED_FOR)
        .order_by(col(Complaint.closed_at).desc())
        .limit(FILED_MAX)
    )


def _card(row: Any, now: datetime, by: Actor) -> tuple[CaseCard, bool]:
    """The card, and whether the guest leaves on the hotel's business day."""
    facts = dict(mapping_of(row))
    guest = {name: facts.pop(name) for name in _GUEST}
    departure_on, business_on = facts.pop("departure_on"), facts.pop("business_on")
    room, in_house = facts.pop("stay_room"), facts.pop("stay_status") is StayStatus.IN_HOUSE
    due = _next_due(row)
    name = None
    if row.guest_id is not None and by.sight("guest.name", Channel.LIST) is Sight.CLEAR:
        name = shown_name(**guest, by=by)
    card = CaseCard(
        **facts,
        reference=reference(row.number),
        column=rules.column_of(row.status),
        guest_name=name,
        room_now=room if in_house else None,
        in_house=in_house,
        next_due_at=due,
        is_late=due is not None and due < now and not row.is_paused,
        next_moves=list(rules.next_moves(row.status)),
    )
    return card, in_house and departure_on <= business_on


def _next_due(row: Any) -> datetime | None:
    """The promise that runs out first among those that are not yet kept."""
    running = [row.due_at] if row.solved_at is None else []
    if row.first_replied_at is None and row.solved_at is None:
        running.append(row.first_reply_due_at)
    return min((due for due in running if due is not None), default=None)


def _is_of(card: CaseCard, view: BoardView, by: Actor, leaves_today: bool) -> bool:
    match view:
        case BoardView.MINE:
            return card.owner_id is not None and card.owner_id == by.staff_id
        case BoardView.LEAVING_TODAY:
            return leaves_today
        case BoardView.LATE:
            return card.is_late
        case BoardView.REOPENED:
            return card.reopened > 0 and card.status is not CaseStatus.CLOSED


def _urgency(card: CaseCard, now: datetime) -> tuple[bool, bool, bool, float, float]:
    closed = card.status is CaseStatus.CLOSED
    due = card.next_due_at.timestamp() if card.next_due_at and not closed else float("inf")
    age = -card.closed_at.timestamp() if card.closed_at else card.opened_at.timestamp()
    soon = card.in_house and rules.leaves_soon(card.departs_at, now)
    return closed, not card.in_house, not soon, due, age
