"""Who changed or looked at what, and for which purpose."""
