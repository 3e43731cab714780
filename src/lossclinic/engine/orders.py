"""In which order the rows of an epoch come."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core.recipe import Plateau, Recipe

Array = np.ndarray[Any, Any]
MOST_RECORDED = 50


def batch_order(rows: int, first_epoch: int, epochs: int, seed: int, *, shuffle: bool) -> Array:
    """Row numbers in the order they are trained on.

    An epoch's order depends on the seed and the epoch alone, so a training can be taken up again anywhere.

    Args:
        rows: number of training rows.
        first_epoch: 0-based number of the first epoch.
        epochs: how many epochs.
        seed: the trial's seed.
        shuffle: whether rows are redrawn in random order each epoch.

    Returns:
        int32, shape (epochs, rows).
    """
    order = np.tile(np.arange(rows, dtype=np.int32), (epochs, 1))
    if shuffle:
        for offset in range(epochs):
            np.random.default_rng([seed, 17, first_epoch + offset]).shuffle(order[offset])
    return order


def recorded_epochs(recipe: Recipe) -> Array:
    """0-based epochs after which a trial is scored, ascending, the last one always among them.

    Every epoch where a rule watches the loss or there are few, otherwise about 50 evenly spaced ones.
    """
    epochs = recipe.epochs
    if recipe.stop is not None or isinstance(recipe.pace, Plateau) or epochs <= MOST_RECORDED:
        return np.arange(epochs)
    return np.unique(np.round(np.linspace(0, epochs - 1, MOST_RECORDED)).astype(np.int64))
