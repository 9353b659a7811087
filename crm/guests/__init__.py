"""Basic data of guests: names, contact points, birthday, marks, search keys."""
