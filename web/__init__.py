"""The doors: pages, REST, live events, worker, command line."""
