"""Files and messages from outside, taken in without losing a row."""
