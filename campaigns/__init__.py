"""Who is written to, when and how, and whether they may be written to at all."""
