"""The words for the terms of complaint cases."""

from web.wording import mark

COMPLAINT_LABELS = {
    "case_column": {
        "new": mark("Received"),
        "investigating": mark("Investigating"),
        "recovering": mark("Putting right"),
        "told_guest": mark("Guest told"),
        "filed": mark("Filed"),
    },
    "case_move": {
        "acknowledged": mark("Say we have it"),
        "investigating": mark("Investigate"),
        "recovering": mark("Put it right"),
        "told_guest": mark("The guest was told"),
    },
    "case_source": {
        "pre_arrival": mark("before arrival"),
        "in_house": mark("in the house"),
        "checked_out": mark("after leaving"),
        "visitor": mark("from a visitor"),
        "staff": mark("from a colleague"),
        "survey": mark("from a survey"),
        "letter": mark("by letter or mail"),
        "phone": mark("by phone"),
    },
    "case_step": {
        "taken": mark("Taken down"),
        "moved": mark("Moved"),
        "noted": mark("Written down"),
        "handed_over": mark("Handed over"),
        "task": mark("Task put"),
        "paused": mark("Clocks stopped"),
        "resumed": mark("Clocks run again"),
        "given": mark("Given to the guest"),
        "attached": mark("Files"),
        "letter": mark("Letter sent"),
        "not_reached": mark("Guest not reached"),
        "escalated": mark("Told further up"),
        "reopened": mark("Opened again"),
    },
    "heard": {
        "hear": mark("Hear"),
        "empathise": mark("Empathise"),
        "apologise": mark("Apologise"),
        "resolve": mark("Resolve"),
        "diagnose": mark("Diagnose"),
    },
    "reopen_why": {
        "not_solved": mark("It was not solved"),
        "came_back": mark("It happened again"),
        "guest_wrote_again": mark("The guest wrote again"),
        "closed_by_mistake": mark("Closed by mistake"),
    },
}
