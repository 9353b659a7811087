"""What kind of guest this is."""
