"""Predict the rare class from a lower probability on than 0.5.

A network that says 0.3 for a class that makes up 5 % of the rows has found something, and from 0.5 on it still predicts
the other one. The threshold is chosen for the highest balanced accuracy on training rows, each judged by a network that
was trained without it; held-out rows only say what it is worth. Training, probabilities and log-loss stay as they are,
so it is judged by the balanced accuracy, and tried by name alone (`--try decision-threshold`).

Does not apply where there are not two classes, where a threshold is set already, or where the best one is 0.5.

Reference: Elkan, "The foundations of cost-sensitive learning" (2001); scikit-learn's `TunedThresholdClassifierCV`.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.decision import USUAL, Figures
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe


def apply(recipe: Recipe, case: Case, decision_threshold: Figures) -> tuple[Recipe, ...]:
    """Set the threshold.

    Raises:
        NotApplicable: see above.
    """
    if case.task.kind != "binary":
        raise NotApplicable("a threshold decides between two classes, and there are not two")
    if recipe.threshold is not None:
        raise NotApplicable("the threshold is chosen already")
    if decision_threshold.reason:
        raise NotApplicable(decision_threshold.reason)
    if decision_threshold.setting == USUAL:
        raise NotApplicable("no threshold serves both classes better than 0.5")
    return (replace(recipe, threshold=decision_threshold.setting),)


REMEDY = Remedy(
    id="decision-threshold",
    title="Predict the rare class from another probability than 0.5",
    apply=apply,
    safety="changes-meaning",
    caveat="training and probabilities stay as they are",
    judged_by="decision_threshold",
)
