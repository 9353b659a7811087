"""Warnings that a hotel makes by rules of its own, kept as data."""
