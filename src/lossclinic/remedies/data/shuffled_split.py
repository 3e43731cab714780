"""Draw validation rows at random instead of taking the last ones, and shuffle the training rows.

Keras' `validation_split` takes the last rows before any shuffling. Where rows are sorted by class or by source, the
network then never trains on some of what it is validated on. Without shuffling, every batch pulls towards one class.

Does not apply where validation rows were set apart by hand or are drawn at random already. Rows in the order of time
are split at the end on purpose: there a random split looks into the future.

Reference: Keras' documentation of `Model.fit`, arguments `validation_split` and `shuffle`.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Split


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Turn a tail split into a shuffled one of the same size, and `shuffle` on.

    Raises:
        NotApplicable: the rows are shuffled already.
    """
    tail = recipe.split.kind == "tail"
    if not tail and recipe.shuffle:
        raise NotApplicable("the rows are shuffled, and validation rows are not simply the last ones")
    split = Split("shuffled", recipe.split.fraction) if tail else recipe.split
    return (replace(recipe, split=split, shuffle=True),)


REMEDY = Remedy(id="shuffled-split", title="Shuffle the rows before they are split", apply=apply)
