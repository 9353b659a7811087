"""Nobody writes to a guest who has just complained, until they are content or time has passed."""
