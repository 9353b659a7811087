"""Things that guests left behind: where they lie, until when, and what became of them."""
