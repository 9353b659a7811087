"""Ways to read files whose columns need more than a mapping: one module for each format."""
