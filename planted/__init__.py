"""Trainings with one known fault each, and their harmless look-alikes: here the catalogue's accuracy is measured."""
