"""Signed notes, and traces: dated tasks for a department."""
