"""From which probability to predict the second of two classes, and what that is worth on rows that did not choose."""

from __future__ import annotations

import math

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.decision import Figures
from lossclinic.core.lab import Lab
from lossclinic.core.recipe import Recipe

FIRST_SEED, SEEDS = 1000, 5
NAME = "balanced accuracy"


def decision_threshold(case: Case, recipe: Recipe, lab: Lab) -> Figures:
    """Choose out of fold on the training rows of fresh seeds; each seed's held-out rows only judge.

    The setting is the median of the seeds' thresholds.

    Args:
        case: the training.
        recipe: what is trained.
        lab: trains, six times for each seed.
    """

    def nothing(reason: str) -> Figures:
        return Figures(NAME, (), (), 0.5, math.nan, reason)

    if case.task.kind != "binary":
        return nothing("a threshold decides between two classes, and there are not two")
    if recipe.members > 1:
        return nothing("the networks of an ensemble would have to be trained again for each fold")
    found = [lab.measure("threshold", recipe, FIRST_SEED + at) for at in range(SEEDS)]
    known = [values for values in found if values and math.isfinite(float(values["usual"]))]
    if not known:
        return nothing("no training on a part of the training rows came to its end")
    before, after = (tuple(float(values[name]) for values in known) for name in ("usual", "chosen"))
    threshold = float(f"{np.median([float(values['threshold']) for values in known]):.3g}")
    return Figures(NAME, before, after, 0.5, threshold)
