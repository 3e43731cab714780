"""Set columns to 0 that hold one value, or the same values as a column before them.

A column of zeros adds nothing to any unit, so the network is the same as one without it, and the model keeps its shape.
Which columns, is decided on training rows only.

Does not apply to images, sequences and tokens, or where every column says something of its own.

Reference: Kuhn and Johnson, "Applied Predictive Modeling" (2013), section 3.5.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import spare_columns
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import ordered
from lossclinic.remedies.data._tables import table


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Put "drop-constant" into the preparation of the inputs.

    Raises:
        NotApplicable: no column is constant or a copy, or the inputs are no table.
    """
    if "drop-constant" in recipe.inputs:
        raise NotApplicable("columns without information are left out already")
    spare = spare_columns(table(recipe, case))
    if not spare.any():
        raise NotApplicable("no column is constant or a copy of another")
    if spare.all():
        raise NotApplicable("no column would be left to learn from")
    return (replace(recipe, inputs=ordered(*recipe.inputs, "drop-constant")),)


REMEDY = Remedy(id="drop-constant", title="Leave out columns without information", apply=apply)
