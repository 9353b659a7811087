"""What must be seen about a guest, by rule, at the right moment and place."""
