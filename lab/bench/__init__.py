"""Seeding and measuring for keshi bench."""
