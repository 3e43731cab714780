"""Causes that lie in how the weights are updated, and for how long."""
