"""Robustness: remedies against inputs that are moved against the network."""
