"""Arrivals made ready ahead: files checked, wishes turned into tasks."""
