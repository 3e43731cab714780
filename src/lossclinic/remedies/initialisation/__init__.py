"""Remedies that change the weights training starts from."""
