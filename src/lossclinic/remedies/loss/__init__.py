"""Remedies that bring loss, output layer and targets together."""
