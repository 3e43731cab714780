"""Finds better settings for a training, and says what they are worth on rows that chose nothing.

The only room that imports Optuna.
"""

from lossclinic.tuning.question import Question
from lossclinic.tuning.session import tune, tune_script

__all__ = ["Question", "tune", "tune_script"]
