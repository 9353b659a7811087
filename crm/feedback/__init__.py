"""What guests answer when the house asks, and what they write about it elsewhere."""
