"""Selects between trainings on the same rows: which one is better, and whether that can be shown."""

from lossclinic.selection.question import Question
from lossclinic.selection.session import compare, compare_scripts

__all__ = ["Question", "compare", "compare_scripts"]
