"""Reservations, stays and folio lines, and the figures derived from them."""
