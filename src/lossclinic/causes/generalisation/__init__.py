"""Causes that lie in what training rows teach about new ones."""
