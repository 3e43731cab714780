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


def orders_of(recipe: Recipe, target: Array, first_epoch: int, epochs: int, seed: int) -> Array:
    """Row numbers of some epochs of a recipe, int32, shape (epochs, rows).

    Args:
        recipe: whether rows are shuffled, or drawn in equal shares of the classes.
        target: encoded targets of the training rows.
        first_epoch: 0-based number of the first epoch.
        epochs: how many epochs.
        seed: the trial's seed.
    """
    if recipe.resampling is not None and recipe.resampling.kind == "batches":
        return np.stack([balanced_order(target, first_epoch + at, seed) for at in range(epochs)])
    return batch_order(len(target), first_epoch, epochs, seed, shuffle=recipe.shuffle)


def balanced_order(target: Array, epoch: int, seed: int) -> Array:
    """As many row numbers as there are rows, in which the classes take turns.

    Rows of a rare class come several times, those of a frequent one as often as it has its turn; which ones, and in
    which order, is drawn anew for each epoch.

    Args:
        target: class of each row, shape (n,).
        epoch: 0-based.
        seed: the trial's seed.
    """
    rng = np.random.default_rng([seed, 31, epoch])
    classes = rng.permutation(np.unique(target))
    order = np.zeros(len(target), dtype=np.int32)
    for turn, label in enumerate(classes):
        places = order[turn :: len(classes)]
        rows = np.flatnonzero(target == label)
        rounds = -(-len(places) // len(rows))
        places[:] = np.concatenate([rng.permutation(rows) for _ in range(rounds)])[: len(places)]
    return order


def recorded_epochs(recipe: Recipe) -> Array:
    """0-based epochs after which a trial is scored, ascending, the last one always among them.

    Every epoch where a rule watches the loss or there are few, otherwise about 50 evenly spaced ones.
    """
    epochs = recipe.epochs
    if recipe.stop is not None or isinstance(recipe.pace, Plateau) or epochs <= MOST_RECORDED:
        return np.arange(epochs)
    return np.unique(np.round(np.linspace(0, epochs - 1, MOST_RECORDED)).astype(np.int64))
