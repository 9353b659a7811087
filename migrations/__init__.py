"""The database's history: one file per change, the same for SQLite and PostgreSQL."""
