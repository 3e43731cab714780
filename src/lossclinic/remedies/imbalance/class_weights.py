"""Let rows of rare classes count for more in the loss.

With 1 % positives a network that never says "positive" already has a small loss. Weights in inverse proportion to the
class shares make every class count the same; their square roots go half the way. Predicted probabilities are no longer
the shares in the population.

Does not apply to numbers, to classes of about equal size, or where classes are weighted or resampled already.

Reference: King and Zeng, "Logistic regression in rare events data" (2001); the formula n / (K n_k) is scikit-learn's
`compute_class_weight("balanced")`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.imbalance._shares import uneven_counts


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Weight classes by the square root of their inverse share, then by the inverse share; mean weight of a row 1.

    Raises:
        NotApplicable: see `uneven_counts`.
    """
    counts = uneven_counts(recipe, case)
    results: list[Recipe] = []
    for power in (0.5, 1.0):
        raw = (1 / counts) ** power
        weights = raw * counts.sum() / np.sum(raw * counts)
        results.append(replace(recipe, class_weight={k: float(f"{w:.4g}") for k, w in enumerate(weights)}))
    return tuple(results)


REMEDY = Remedy(id="class-weights", title="Weight rare classes higher", apply=apply, safety="changes-meaning")
