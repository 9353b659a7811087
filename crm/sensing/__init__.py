"""Habits that the house's own records show, proposed and never assumed."""
