"""Backups that are proven by restoring them, and what is wrong with an installation."""
