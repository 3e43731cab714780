"""Leave training rows out that are among the validation rows too.

A network recognises a row that it has seen instead of predicting it, so a score on copies says nothing about new rows.
Training rows that equal, or nearly equal, a row that they are scored on, target included, get a weight of 0; the rows
that score stay as they are. The held-out loss gets worse, and truer: that rise is what the copies were hiding. It is
never counted as a gain, so this remedy is tried by name alone (`--try drop-leaking-rows`).

Does not apply where validation rows and training rows share none, where equal rows are what the data is like, to text
and tokens, where rows are resampled, or to so many rows that comparing them takes longer than a training.

Reference: Kaufman, Rosset and Perlich, "Leakage in data mining: formulation, detection, and avoidance" (2012).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.split_quality import SplitQuality

MOST_ROWS = 20_000


def apply(recipe: Recipe, case: Case, split_quality: SplitQuality) -> tuple[Recipe, ...]:
    """Switch `drop_copies` on.

    Raises:
        NotApplicable: see above.
    """
    if recipe.drop_copies:
        raise NotApplicable("rows that are among the validation rows too are left out already")
    if case.data.x.dtype.kind not in "fiub" or architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are no rows of measurements that could be compared")
    if recipe.resampling is not None:
        raise NotApplicable("the rows are resampled, so that copies are made on purpose")
    if len(case.data) > MOST_ROWS:
        raise NotApplicable(f"comparing {len(case.data)} rows takes longer than a training")
    if not split_quality.validation_rows:
        raise NotApplicable("the script has no validation rows that training rows could be copies of")
    if not split_quality.near_copies:
        raise NotApplicable("no training row is among the validation rows")
    return (replace(recipe, drop_copies=True),)


REMEDY = Remedy(
    id="drop-leaking-rows",
    title="Leave out training rows that are among the validation rows",
    apply=apply,
    safety="changes-meaning",
    caveat="new rows are no copies, so what the loss rises by is what the copies hid",
)
