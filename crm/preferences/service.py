"""The verbs of preferences in one place; each story has a file of its own."""

from crm.preferences.affirming import confirm_preference, retire_preference
from crm.preferences.noting import note_preference, note_sensed, withdraw
from crm.preferences.reviewing import accept, accept_many, merge_into, reject, undo_review
from crm.preferences.using import heard, mark_used

__all__ = [
    "accept",
    "accept_many",
    "confirm_preference",
    "heard",
    "mark_used",
    "merge_into",
    "note_preference",
    "note_sensed",
    "reject",
    "retire_preference",
    "undo_review",
    "withdraw",
]
