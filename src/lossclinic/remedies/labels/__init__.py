"""Remedies that mend the targets or leave out those that cannot be right."""
