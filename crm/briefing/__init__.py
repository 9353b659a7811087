"""The morning page of each department, and the pack for power cuts."""
