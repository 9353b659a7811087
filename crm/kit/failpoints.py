"""Named places where a process may die, so that a proof can let it die exactly there.

Nothing is armed unless a test arms it in its own process: no setting, no variable and no
request reaches this. Not armed, a place costs one comparison. ``tests/prove/test_kills.py``
kills a process at every name of `PLACES`, and fails when a name is never reached.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLACES: dict[str, str] = {
    "commit.before": "all of a transaction is written, nothing of it is committed",
    "commit.after": "it is committed, and nobody has been told",
    "event.recorded": "an event's row is there, its subscribers' jobs are not",
    "job.put": "a job's row is there, the rest of its transaction is not",
    "job.claimed": "a job is claimed and not begun",
    "job.handled": "a job's effect is written, its done mark is not",
    "job.long_done": "a long job has done and committed its work, its done mark is not written",
    "job.failed": "a job went wrong, and that is not noted yet",
    "lease.taken": "a lease is written, what it was taken for is not begun",
    "tick.put": "one of the clock's jobs is put, the others are not",
    "answer.reserved": "an Idempotency-Key is reserved, its effect is not begun",
    "answer.produced": "the effect is written, its answer is not remembered",
    "answer.kept": "effect and answer are written, nothing is committed",
    "sign_in.opened": "a session is written, its audit row is not",
    "document.stored": "a scan is on the disk, its row is not",
    "message.stored": "a message of the hotel's system is written, its job is not",
    "message.applied": "a message has become true, its state does not say so",
    "points.posted": "points are booked, the balance does not say so",
    "preference.noted": "a note is written, the claim that it bears is not",
    "preference.reviewed": "the centre's word is written, the audit does not know",
    "complaint.opened": "a case has its number and row, its first step is not written",
    "recovery.asked": "what needs an approval is written, and nobody has been told",
    "recovery.given": "something is given, the case's step and the points are not written",
    "room_nights.dropped": "the counted room nights are gone, the new count is not there",
    "figures.dropped": "a guest's running figures are gone, the new ones are not there",
    "import.applied": "a batch of rows is written, the way back from it is not",
    "import.kept": "a batch and the way back are written, the import does not know",
    "undo.applied": "a batch is taken back, the import does not know",
}
"""Every name, and what is true of the data when it is reached."""

Hook = Callable[[str], None]
_hook: Hook | None = None


def reach(name: str) -> None:
    """Tell the armed hook that a place is reached; mostly there is none."""
    if _hook is not None:
        _hook(name)


@contextmanager
def armed(hook: Hook) -> Iterator[None]:
    """Let ``hook`` hear of every place that this process reaches; it may raise, or never return."""
    global _hook  # noqa: PLW0603 - a single global is what makes an unarmed place cheap
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
