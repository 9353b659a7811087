"""The demo hotel: generator, loader and PMS simulator."""
