"""How a case may move and what closing it asks for: on paper, without database or clock."""

from datetime import datetime, timedelta

from crm.complaints.terms import (
    REACH_TRIES,
    REOPEN_DAYS,
    BoardColumn,
    CaseKind,
    CaseStatus,
)

_S = CaseStatus
_NEXT: dict[CaseStatus, tuple[CaseStatus, ...]] = {
    _S.RECEIVED: (_S.ACKNOWLEDGED, _S.INVESTIGATING, _S.RECOVERING, _S.TOLD_GUEST, _S.CLOSED),
    _S.ACKNOWLEDGED: (_S.INVESTIGATING, _S.RECOVERING, _S.TOLD_GUEST, _S.CLOSED),
    _S.INVESTIGATING: (_S.RECOVERING, _S.TOLD_GUEST, _S.CLOSED),
    _S.RECOVERING: (_S.INVESTIGATING, _S.TOLD_GUEST, _S.CLOSED),
    _S.TOLD_GUEST: (_S.INVESTIGATING, _S.RECOVERING, _S.CLOSED),
    _S.CLOSED: (_S.REOPENED,),
    _S.REOPENED: (_S.INVESTIGATING, _S.RECOVERING, _S.TOLD_GUEST, _S.CLOSED),
}
BY_THEIR_OWN_VERBS = (_S.CLOSED, _S.REOPENED)
"""Closing and reopening ask for more than a move does, and are verbs of their own."""
LEAVES_SOON = timedelta(hours=3)

_COLUMN = {
    _S.RECEIVED: BoardColumn.NEW,
    _S.ACKNOWLEDGED: BoardColumn.NEW,
    _S.REOPENED: BoardColumn.NEW,
    _S.INVESTIGATING: BoardColumn.INVESTIGATING,
    _S.RECOVERING: BoardColumn.RECOVERING,
    _S.TOLD_GUEST: BoardColumn.TOLD_GUEST,
    _S.CLOSED: BoardColumn.FILED,
}


def may_move(status: CaseStatus, to: CaseStatus) -> bool:
    """Whether a case in this status may become that; a case never goes back to received."""
    return to in _NEXT[status]


def next_moves(status: CaseStatus) -> tuple[CaseStatus, ...]:
    """What a case may become next, the usual way first; `BY_THEIR_OWN_VERBS` included."""
    return _NEXT[status]


def column_of(status: CaseStatus) -> BoardColumn:
    """Where on the board a case stands."""
    return _COLUMN[status]


def is_replied(status: CaseStatus) -> bool:
    """Whether somebody has answered the guest by the time a case stands there."""
    return status is not _S.RECEIVED


def is_solved(status: CaseStatus) -> bool:
    """Whether the clock of the solution stands still: the guest was told, or it is filed."""
    return status in (_S.TOLD_GUEST, _S.CLOSED)


def leaves_soon(departs_at: datetime | None, now: datetime) -> bool:
    """Whether a guest goes within three hours: what is to be put right, is put right now."""
    return departs_at is not None and departs_at <= now + LEAVES_SOON


def may_close_unheard(reach_tries: int) -> bool:
    """Without the guest's word, after three tries to reach them."""
    return reach_tries >= REACH_TRIES


def asks_for_more(kind: CaseKind) -> bool:
    """Complaints close with feedback, cause and prevention; praise and suggestions simply."""
    return kind is CaseKind.COMPLAINT


def may_reopen(closed_at: datetime, now: datetime) -> bool:
    """Within thirty days of closing, the thirtieth included."""
    return now - closed_at <= timedelta(days=REOPEN_DAYS)
