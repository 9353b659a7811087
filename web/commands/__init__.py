"""Sub-commands of the keshi command line, one file per theme."""
