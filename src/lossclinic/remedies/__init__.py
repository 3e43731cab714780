"""Remedies: each changes one thing of a recipe; one file each, in families, found by walking the folders."""
