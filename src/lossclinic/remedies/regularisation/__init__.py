"""Remedies that narrow or widen what the network may learn beyond the pattern."""
