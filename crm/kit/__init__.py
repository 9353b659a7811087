"""Tools of the house that know no hotel word."""
