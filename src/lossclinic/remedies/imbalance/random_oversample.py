"""Repeat rows of rare classes, drawn at random, until all classes have equally many.

Rare classes then appear in every batch. Nothing is made up, so it suits images, sequences and token numbers too, where
a row between two rows means nothing; the same few rows are easier to learn by heart. Only training rows are repeated;
held-out rows keep their shares.

Does not apply to numbers, to classes of about equal size, or where classes are weighted or resampled already.

Reference: Buda, Maki and Mazurowski, "A systematic study of the class imbalance problem in convolutional neural
networks" (2018), who found it the best of the simple methods.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.remedies.imbalance._shares import uneven_counts


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Resample by repeating rows.

    Raises:
        NotApplicable: see above and `uneven_counts`.
    """
    uneven_counts(recipe, case)
    return (replace(recipe, resampling=Resampling("oversample")),)


REMEDY = Remedy(id="random-oversample", title="Repeat rows of rare classes", apply=apply, safety="changes-meaning")
