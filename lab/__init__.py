"""On the roof: the demo hotel and the benchmarks; nothing below knows it."""
