"""Why guests complain, where and how often: Pareto, ratios and their limits."""
