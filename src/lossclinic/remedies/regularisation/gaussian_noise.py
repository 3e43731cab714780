"""Add a little normal noise to the inputs in every training step.

The network never sees the same row twice, so it cannot lean on the exact values of single rows; for small noise the
effect is that of a penalty on steep answers.

Does not apply to token numbers, to inputs so large that Keras' layer has no such noise, or where noise is added
already. The noise is as large as a tenth, then three tenths of the deviation of the inputs as the network receives
them.

Reference: Bishop, "Training with noise is equivalent to Tikhonov regularization" (1995).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

SHARES = (0.1, 0.3)
LARGEST_NOISE = 1.0
"""Keras' `GaussianNoise` takes no more."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Insert a `GaussianNoise` layer in front of the first layer.

    Raises:
        NotApplicable: see above.
    """
    if architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are token numbers, between which nothing lies")
    if architecture.has(recipe.model, "GaussianNoise"):
        raise NotApplicable("noise is added to a layer already")
    spread = 1.0 if "standardise" in recipe.inputs else _spread(case)
    if not spread > 0:
        raise NotApplicable("the inputs do not vary, so no size of noise is natural")
    name = architecture.free_name(recipe.model, "noise")
    noises = [float(f"{share * spread:.2g}") for share in SHARES]
    layers = [architecture.make_layer("GaussianNoise", name, stddev=n) for n in noises if n <= LARGEST_NOISE]
    if not layers:
        raise NotApplicable("the inputs vary by more than Keras' noise layer can add to; standardise them first")
    return tuple(replace(recipe, model=architecture.insert_after(recipe.model, None, layer)) for layer in layers)


def _spread(case: Case) -> float:
    """Median over the columns of their deviation: a column in other units should not decide."""
    x = np.asarray(case.data.x[: case.data.n_train], dtype=np.float64)
    rows = np.where(np.isfinite(x), x, np.nan).reshape(-1, x.shape[-1])
    deviations = np.nanstd(rows, axis=0)
    moving = deviations[deviations > 0]
    return float(np.median(moving)) if moving.size else 0.0


REMEDY = Remedy(id="gaussian-noise", title="Add noise to the inputs", apply=apply)
