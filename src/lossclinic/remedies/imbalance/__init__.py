"""Remedies for classes of very different size."""
