"""The verbs of complaint cases in one place; each story has a file of its own."""

from crm.complaints.attaching import attach, take_out
from crm.complaints.closing import (
    ComplaintAlreadyClosed,
    check_done,
    close_complaint,
    reopen,
)
from crm.complaints.moving import (
    amend,
    hand_over,
    move,
    not_reached,
    note_given,
    note_step,
    pause,
    put_task,
    resume,
)
from crm.complaints.opening import CaseKnown, open_complaint
from crm.complaints.writing import CaseClosed

__all__ = [
    "CaseClosed",
    "CaseKnown",
    "ComplaintAlreadyClosed",
    "amend",
    "attach",
    "check_done",
    "close_complaint",
    "hand_over",
    "move",
    "not_reached",
    "note_given",
    "note_step",
    "open_complaint",
    "pause",
    "put_task",
    "reopen",
    "resume",
    "take_out",
]
