"""Partner companies and agencies, their contacts, contracts and visits."""
