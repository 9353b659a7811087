"""Hotels, their departments, rooms, time zone and business date."""
