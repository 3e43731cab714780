"""A callback that watches one long training while it runs: what it measures, what it makes of it, what it says."""
