"""Words and numbers of holds."""

from datetime import timedelta

CONTENT_FROM = 7
"""From this answer on, 0 to 10, a guest is content again and may be written to at once."""
HELD_AFTER = timedelta(days=14)
"""How long outreach rests after a case was closed without a content guest."""
