"""What kind of complaint words sound like, learnt from the hotel's own closed cases."""
