"""Remedies that change the layers."""
