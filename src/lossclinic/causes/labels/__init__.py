"""Causes that lie in the targets and how they are written down."""
