"""Complaint cases, their steps and what was given."""
