"""Trains a script with other losses, and says by which yardstick which of them is better."""

from lossclinic.loss_table.session import compare_losses

__all__ = ["compare_losses"]
