"""Consents, and looking at masked values with a stated purpose."""
