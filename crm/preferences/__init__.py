"""What guests like, avoid and need, each with its evidence."""
