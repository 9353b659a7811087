"""A hotel group of any size, made by a seed: what ``keshi bench`` measures."""
