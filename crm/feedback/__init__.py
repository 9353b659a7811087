"""What guests say when they are asked, and what they write about the hotel elsewhere."""
