"""Count large errors linearly instead of squared.

With squared errors one target ten deviations away weighs as much as a hundred ordinary ones. Huber's loss is squared up
to a width and linear beyond, so that such rows pull only as strongly as others. Widths: 1.35 of the targets' robust
deviation (1.48 median distances from the median), and a quarter of that.

Does not apply to classes, or where the loss is not squared error.

Reference: Huber, "Robust estimation of a location parameter" (1964): a width of 1.35 deviations costs 5 % efficiency
where nothing is out of line.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_targets, log_targets
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import class_of, keras_loss

WIDTHS = (1.35, 0.34)
AS_NORMAL = 1.4826
"""Median distances from the median in one standard deviation of a normal curve."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Replace squared error by Huber's loss, the wider one first.

    Raises:
        NotApplicable: the targets are no numbers, or the loss is another one.
    """
    if case.task.kind != "regression":
        raise NotApplicable("the targets are classes, not numbers with outliers")
    if class_of(recipe.loss) != "MeanSquaredError":
        raise NotApplicable(f"the loss {class_of(recipe.loss)} is not squared error")
    y = np.asarray(case.data.y[: case.data.n_train], dtype=np.float64).reshape(case.data.n_train, -1)
    y = log_targets(y) if recipe.log_targets else y
    if recipe.standardise_targets:
        mean, deviation = fit_targets(y)
        y = (y - mean) / deviation
    spread = AS_NORMAL * float(np.median(np.nanmedian(np.abs(y - np.nanmedian(y, axis=0)), axis=0)))
    if not spread > 0:
        raise NotApplicable("more than half of the targets are equal, so no width is natural")
    return tuple(
        replace(
            recipe,
            loss=keras_loss("Huber", delta=float(f"{width * spread:.2g}")),
        )
        for width in WIDTHS
    )


REMEDY = Remedy(id="huber-loss", title="Use Huber's loss", apply=apply, safety="changes-meaning")
