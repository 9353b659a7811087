"""Things that guests left behind, and what becomes of them."""
