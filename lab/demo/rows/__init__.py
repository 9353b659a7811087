"""From the demo's plain facts to the columns of the tables, a generator for each table."""
