"""Draw every batch from all classes in equal shares.

In batches drawn at random, most hold few rows of a rare class or none, and every update answers to the others. Where
the classes take turns, each update sees all of them. An epoch keeps its number of rows: rare rows come several times,
frequent ones are a new choice each epoch, so that none is lost for good. Held-out rows keep their shares, and predicted
probabilities are no longer the shares in the population.

Does not apply to numbers, to classes of about equal size, to batches smaller than the number of classes, or where
classes are weighted or resampled already.

Reference: Shen, Lin and Huang, "Relay backpropagation for effective learning of deep convolutional neural networks"
(2016), section 3.2 (class-aware sampling); imbalanced-learn's `balanced_batch_generator`.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.remedies.imbalance._shares import uneven_counts


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Let the classes take turns.

    Raises:
        NotApplicable: see above and `uneven_counts`.
    """
    classes = len(uneven_counts(recipe, case))
    if recipe.batch_size < classes:
        raise NotApplicable(f"a batch of {recipe.batch_size} cannot hold a row of each of {classes} classes")
    return (replace(recipe, resampling=Resampling("batches")),)


REMEDY = Remedy(
    id="balanced-batches", title="Draw every batch from all classes alike", apply=apply, safety="changes-meaning"
)
