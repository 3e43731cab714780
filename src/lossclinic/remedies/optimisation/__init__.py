"""Remedies that change how the weights are updated, and for how long."""
