"""Papers: the briefing and the pack for power cuts, from schemas to one printed page."""
