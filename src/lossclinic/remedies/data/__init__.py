"""Remedies that prepare or divide the rows."""
