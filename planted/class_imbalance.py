"""class-imbalance: one class is rare and the training does nothing about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, IRIS, RARE, Training

CAUSE = "class-imbalance"
FEW = ("too-few-examples", "overfitting")
"""Few rows of the rare class are left to learn from; once they count, they may be learnt by heart."""


def eights(count: int) -> Callable[[int], Table]:
    """1,000 digits that are no 8 and so many that are, as 4x4 pictures."""

    def rows(seed: int) -> Table:
        from sklearn.datasets import load_digits

        x, y = data.shuffled(*load_digits(return_X_y=True), seed)
        kept = np.concatenate([np.flatnonzero(y != 8)[:1000], np.flatnonzero(y == 8)[:count]])
        small = x[kept].reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
        return data.shuffled(small / 16, (y[kept] == 8).astype(np.int64), seed)

    return rows


def topmost(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same inputs; 1 is the topmost share of the numbers to predict."""

    def ranked(seed: int) -> Table:
        x, y = rows(seed)
        return x, (y > np.quantile(y, 1 - share)).astype(np.int64)

    return ranked


def many_friedman(seed: int) -> Table:
    """1,000 rows of Friedman's first function, noise included."""
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(1000, n_features=10, noise=1.0, random_state=seed)
    return data.shuffled(data.standard(x), y, seed)


def cloud(count: int) -> Callable[[int], Table]:
    """Two overlapping clouds of 680 and of so many points."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 2])
        x = np.concatenate([rng.normal(0, 1, (680, 4)), rng.normal(1.1, 1, (count, 4))])
        return data.shuffled(x, np.repeat([0, 1], [680, count]), seed)

    return rows


def unweighted(
    name: str, source: str, weighted: Callable[[Any], Training], strengths: tuple[float, float, float]
) -> tuple[Planted, ...]:
    """The trainings without the class weights that they had."""
    return graded(
        name,
        CAUSE,
        source,
        lambda strength: replace(weighted(strength), class_weight=None).make,
        strengths,
        FEW,
        lambda strength: weighted(strength).make,
    )


PLANTED = (
    *unweighted("{} eights among 1,000", "rare digit", lambda count: replace(RARE, rows=eights(count)), (90, 70, 40)),
    *unweighted(
        "a topmost {:.1%}",
        "rare Friedman",
        lambda share: replace(RARE, rows=topmost(many_friedman, share), l2=0.01),
        (0.09, 0.0625, 0.04),
    ),
    *unweighted(
        "an overlapping cloud of {}",
        "rare cloud",
        lambda count: replace(RARE, rows=cloud(count), l2=0.01),
        (70, 50, 34),
    ),
    *unweighted(
        "diabetes, the worst {:.0%}",
        "diabetes",
        lambda share: replace(RARE, rows=topmost(data.diabetes, share), hidden=(8,), l2=0.03),
        (0.09, 0.07, 0.05),
    ),
)
NEAR_MISSES = (
    Planted("7 % eights, weighted", CAUSE, "rare digit", RARE.make),
    Planted(
        "5 % of a cloud, weighted",
        CAUSE,
        "rare cloud",
        replace(RARE, rows=data.rare_cloud, class_weight={0: 0.525, 1: 10.5}).make,
    ),
    Planted("63 % benign", CAUSE, "cancer", CANCER.make),
    Planted("three equal classes", CAUSE, "iris", IRIS.make),
)
