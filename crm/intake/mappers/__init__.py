"""How other systems say it: one module for each format, from their words to ours."""
