"""Causes that lie in the limits of floating-point numbers."""
