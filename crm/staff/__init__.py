"""Who works here, what the policy lets them do, how they sign in."""
