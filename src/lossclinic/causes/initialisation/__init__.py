"""Causes that lie in the weights that training begins with."""
