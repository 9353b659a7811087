"""What is given to guests after a complaint, within whose authority, in one ledger."""
