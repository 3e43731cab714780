"""Move input values that are far out to the edge of the range that the others fill.

A value three interquartile ranges beyond the quartiles of its column becomes that edge. One wrong decimal point then no
longer decides what the network sees of all other rows. The edges come from training rows only.

Does not apply to images, sequences and tokens, to columns of which half the values are equal, or where nothing is far
out.

Reference: Tukey, "Exploratory Data Analysis" (1977), section 2D.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import ordered
from lossclinic.core.tails import fences
from lossclinic.remedies.data._tables import table


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Put "clip" into the preparation of the inputs.

    Raises:
        NotApplicable: nothing is far out, or the inputs are no table.
    """
    if "clip" in recipe.inputs:
        raise NotApplicable("far-out values are clipped already")
    rows = table(recipe, case)
    low, high = fences(rows)
    if not np.any((rows < low) | (rows > high)):
        raise NotApplicable("no value is far out of its column's range")
    return (replace(recipe, inputs=ordered(*recipe.inputs, "clip")),)


REMEDY = Remedy(id="clip-outliers", title="Clip inputs that are far out", apply=apply)
