"""inputs-unrelated-to-targets: the rows of inputs and targets do not belong together, or inputs say nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN
from planted.tasks import THEMES, themes

CAUSE = "inputs-unrelated-to-targets"


def mixed_up(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same inputs and targets, this share of the rows joined in the wrong order."""

    def joined(seed: int) -> Table:
        x, y = rows(seed)
        rng = np.random.default_rng([seed, 31])
        wrong = rng.permutation(len(y))[: round(share * len(y))]
        y = y.copy()
        y[wrong] = y[rng.permutation(wrong)]
        return x, y

    return joined


def faint(seed: int) -> Table:
    """Friedman's rows with three times as much noise as signal."""
    x, y = data.friedman(seed)
    return x, data.standard(y + np.random.default_rng([seed, 32]).normal(0, 1.7, len(y))).astype(np.float32)


NOISE_TOO = ("noise-floor", "overfitting", "too-many-epochs")
SHARES = (0.9, 0.95, 1.0)
"""Where a tenth of the rows is still right, nothing that could be predicted is left of most relations."""
PLANTED = (
    *graded(
        "digits, {:.0%} joined in the wrong order",
        CAUSE,
        "digits",
        lambda share: replace(DIGITS, rows=mixed_up(data.digits, share)).make,
        SHARES,
        NOISE_TOO,
    ),
    *graded(
        "themes, {:.0%} joined in the wrong order",
        CAUSE,
        "themes",
        lambda share: replace(THEMES, rows=mixed_up(themes, share)).make,
        SHARES,
        NOISE_TOO,
    ),
    *graded(
        "tumours, {:.0%} joined in the wrong order",
        CAUSE,
        "cancer",
        lambda share: replace(CANCER, rows=mixed_up(data.cancer, share)).make,
        SHARES,
        NOISE_TOO,
    ),
    *graded(
        "diabetes, {:.0%} joined in the wrong order",
        CAUSE,
        "diabetes",
        lambda share: replace(DIABETES, rows=mixed_up(data.diabetes, share)).make,
        SHARES,
        NOISE_TOO,
    ),
)
NEAR_MISSES = (
    Planted("a weak relation", CAUSE, "diabetes", DIABETES.make),
    Planted("a faint relation", CAUSE, "friedman", replace(FRIEDMAN, rows=faint, l2=0.02).make),
)
