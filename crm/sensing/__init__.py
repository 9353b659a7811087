"""What a guest does again and again, read from the house's own records and proposed."""
