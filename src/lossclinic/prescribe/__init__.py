"""From the difference of two recipes to words, to an edited script, to a repaired model."""
