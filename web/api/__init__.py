"""REST routers, one per slice."""
