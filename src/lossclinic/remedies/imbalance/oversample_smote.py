"""Add synthetic rows of rare classes, drawn between neighbouring rows of the same class (SMOTE).

Rare classes then appear in every batch, and the network sees the region between their few rows rather than the same
rows again. Only training rows are added to; held-out rows keep their shares.

Columns that hold codes of categories, as `one-hot-categories` finds them, are not mixed: a synthetic row holds there
the code that is commonest among its neighbours, encoded or not (SMOTE-NC; where all columns hold codes, SMOTE-N).
Columns of two values count as numbers.

Does not apply to images, sequences or token numbers (a row between two rows means nothing there), to missing values
that are not filled, to classes of fewer than 2 rows, to a table of codes only of which a rarer class has more than
4,000 rows (SMOTE-N compares each with each), or where classes are weighted or resampled already.

Reference: Chawla, Bowyer, Hall and Kegelmeyer, "SMOTE: synthetic minority over-sampling technique" (2002), for
codes section 6.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.core.table import code_columns, is_table
from lossclinic.remedies.imbalance._shares import uneven_counts

FEWEST_ROWS = 2
MOST_CODED = 4000
"""Rows of one class of codes only: the distances between more take over 128 MiB and 5 seconds in every training."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Resample with SMOTE (5 neighbours, as in the paper).

    Raises:
        NotApplicable: see above and `uneven_counts`.
    """
    counts = uneven_counts(recipe, case)
    x = case.data.x
    if x.ndim != 2 or x.dtype.kind not in "fiub" or architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are not rows of plain numbers")
    if counts.min() < FEWEST_ROWS:
        raise NotApplicable("the rarest class has a single row, so there is nothing to draw between")
    if "impute" not in recipe.inputs and not bool(np.isfinite(x).all()):
        raise NotApplicable("missing inputs must be filled first")
    categories: tuple[int, ...] = ()
    if is_table(recipe, x):
        categories = tuple(at for at, _ in code_columns(x[: case.data.n_train]))
    if len(categories) == x.shape[1] and np.sort(counts)[-2] > MOST_CODED:
        raise NotApplicable(f"all columns hold codes, and a rarer class has more than {MOST_CODED} rows to compare")
    return (replace(recipe, resampling=Resampling("smote", categories=categories)),)


REMEDY = Remedy(
    id="oversample-smote", title="Add synthetic rows of rare classes", apply=apply, safety="changes-meaning"
)
