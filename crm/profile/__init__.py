"""Read side: the guest card, the timeline, the boards and the look-up."""
