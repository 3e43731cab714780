"""From probabilities to decisions: the threshold that serves both of two classes best, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
USUAL = 0.5


@dataclass(frozen=True)
class Decision:
    """What one threshold, chosen on training rows, does to held-out rows.

    Attributes:
        threshold: probability from which the second class is predicted.
        usual: balanced accuracy on held-out rows from 0.5 on.
        chosen: the same from the threshold on.
    """

    threshold: float
    usual: float
    chosen: float


@dataclass(frozen=True)
class Figures:
    """A figure other than the held-out score, over fresh seeds, without a change and with it; higher is better.

    Attributes:
        name: what people call it.
        before: without the change, in [0, 1], one for each seed.
        after: with it, in the same order.
        chance: what guessing gives.
        setting: the number that the change sets, chosen on training rows; NaN where there is none.
        reason: why there are no figures; "" where there are.
    """

    name: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    chance: float
    setting: float
    reason: str = ""


def balanced_accuracy(target: Array, chance: Array, threshold: float) -> float:
    """Mean over both classes of the share that is found; NaN where a class has no rows.

    Args:
        target: class of each row, 0 or 1.
        chance: probability of class 1.
        threshold: from which class 1 is predicted.

    References:
        Brodersen, Ong, Stephan and Buhmann, "The balanced accuracy and its posterior distribution" (2010).
    """
    found = chance >= threshold
    if not 0 < target.sum() < len(target):
        return float("nan")
    return float((found[target == 1].mean() + (~found[target == 0]).mean()) / 2)


def best_threshold(target: Array, chance: Array) -> float:
    """The threshold of the highest balanced accuracy, to three digits; of several the one nearest to 0.5.

    Args:
        target: class of each row, 0 or 1, both present.
        chance: probability of class 1 from a model that has not seen the row.
    """
    values = np.unique(chance)
    cuts = np.append((values[1:] + values[:-1]) / 2, USUAL)
    positive, negative = np.sort(chance[target == 1]), np.sort(chance[target == 0])
    found = 1 - np.searchsorted(positive, cuts) / len(positive)
    spared = np.searchsorted(negative, cuts) / len(negative)
    worth = found + spared
    best = cuts[worth >= worth.max() - 1e-12]
    return float(f"{best[np.argmin(np.abs(best - USUAL))]:.3g}")
