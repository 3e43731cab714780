"""Leave out rows of frequent classes, drawn at random, until all classes have equally many.

Epochs become short and rare classes count as much as others, at the price of whatever the rows that are left out could
teach. Only training rows are left out; held-out rows keep their shares.

Does not apply to numbers, to classes of about equal size, to a rarest class of fewer than 10 rows (too little would be
left), or where classes are weighted or resampled already.

Reference: Drummond and Holte, "C4.5, class imbalance, and cost sensitivity: why under-sampling beats over-sampling"
(2003).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.remedies.imbalance._shares import uneven_counts

FEWEST_ROWS = 10
"""Rows of the rarest class below which an epoch would hold next to nothing."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Resample by leaving out rows.

    Raises:
        NotApplicable: see above and `uneven_counts`.
    """
    if uneven_counts(recipe, case).min() < FEWEST_ROWS:
        raise NotApplicable(f"the rarest class has fewer than {FEWEST_ROWS} rows, too few for all others to shrink to")
    return (replace(recipe, resampling=Resampling("undersample")),)


REMEDY = Remedy(id="undersample", title="Leave out rows of frequent classes", apply=apply, safety="changes-meaning")
