"""inputs-unrelated-to-targets: the rows of inputs and targets do not belong together, or inputs say nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN
from planted.tasks import THEMES, themes

CAUSE = "inputs-unrelated-to-targets"


def mixed_up(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same inputs and targets, joined in the wrong order."""

    def joined(seed: int) -> Table:
        x, y = rows(seed)
        return x, y[np.random.default_rng([seed, 31]).permutation(len(y))]

    return joined


def faint(seed: int) -> Table:
    """Friedman's rows with three times as much noise as signal."""
    x, y = data.friedman(seed)
    return x, data.standard(y + np.random.default_rng([seed, 32]).normal(0, 1.7, len(y))).astype(np.float32)


NOISE_TOO = ("noise-floor", "overfitting", "too-many-epochs")
PLANTED = (
    Planted(
        "tumours joined in the wrong order",
        CAUSE,
        "cancer",
        replace(CANCER, rows=mixed_up(data.cancer)).make,
        NOISE_TOO,
    ),
    Planted(
        "digits joined in the wrong order", CAUSE, "digits", replace(DIGITS, rows=mixed_up(data.digits)).make, NOISE_TOO
    ),
    Planted(
        "Friedman joined in the wrong order",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=mixed_up(data.friedman)).make,
        NOISE_TOO,
    ),
    Planted(
        "themes joined in the wrong order",
        CAUSE,
        "themes",
        replace(THEMES, rows=mixed_up(themes)).make,
        NOISE_TOO,
    ),
)
NEAR_MISSES = (
    Planted("a weak relation", CAUSE, "diabetes", DIABETES.make),
    Planted("a faint relation", CAUSE, "friedman", replace(FRIEDMAN, rows=faint, l2=0.02).make),
)
