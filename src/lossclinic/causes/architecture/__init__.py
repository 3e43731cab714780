"""Causes that lie in what the network can compute and pass on."""
