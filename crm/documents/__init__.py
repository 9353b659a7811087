"""The document shelf: a two-level catalogue with scans kept by content hash."""
