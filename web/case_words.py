"""What the pages of complaints say in words: the time left, the steps of the house, signs."""

from datetime import datetime
from typing import NamedTuple

from web.wording import mark, wording

NEAR_MINUTES = 60
"""A clock with less than this stands out on the board."""
OWN_WORDS = frozenset(
    {
        mark("Moved on."),
        mark("Taken down."),
        mark("Told the guest that we understand."),
        mark("Apologised to the guest."),
        mark("Put a file to the case."),
        mark("Took a file out of the case."),
        mark("Sent the letter by post."),
        mark("Sent the letter by e-mail."),
        mark("Handed the letter over."),
    }
)
"""The house's own sentences in steps; what a person wrote is never translated."""

STEP_ICONS = {
    "taken": "message-circle",
    "moved": "arrow-right",
    "noted": "pencil-line",
    "handed_over": "hand",
    "task": "list-checks",
    "paused": "timer",
    "resumed": "play",
    "given": "gift",
    "attached": "image",
    "letter": "mail",
    "not_reached": "phone",
    "escalated": "bell",
    "reopened": "undo-2",
}


class Clock(NamedTuple):
    """A promise as a card shows it: its words, and ``over``, ``near``, ``waits`` or ``runs``."""

    words: str
    state: str


def time_left(minutes: int, language: str) -> str:
    """``1 h 10 left``, ``25 min over``; from two days on whole days."""
    say = wording(language)
    over, size = minutes < 0, abs(minutes)
    hours, rest = divmod(size, 60)
    if size >= 48 * 60:
        template, facts = (
            (mark("%(days)s d over"), mark("%(days)s d left")),
            {"days": f"{hours // 24}"},
        )
    elif hours:
        template = (mark("%(hours)s h %(minutes)s over"), mark("%(hours)s h %(minutes)s left"))
        facts = {"hours": f"{hours}", "minutes": f"{rest:02d}"}
    else:
        template, facts = (
            (mark("%(minutes)s min over"), mark("%(minutes)s min left")),
            {"minutes": f"{rest}"},
        )
    return say.say(template[0 if over else 1], **facts)


def clock_to(due: datetime | None, now: datetime, *, paused: bool, language: str) -> Clock | None:
    """The clock that runs out at ``due``; None where nothing runs."""
    if paused:
        return Clock(wording(language).gettext(mark("waits for the guest")), "waits")
    if due is None:
        return None
    minutes = int((due - now).total_seconds() // 60)
    state = "over" if minutes < 0 else "near" if minutes < NEAR_MINUTES else "runs"
    return Clock(time_left(minutes, language), state)


def said(words: str, language: str) -> str:
    """The words of a step; the house's own sentences in the reader's language."""
    return wording(language).gettext(words) if words in OWN_WORDS else words
