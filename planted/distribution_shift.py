"""distribution-shift: the rows given for validation come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Array, Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, Training
from planted.unshuffled_split import by_idle_column, by_target

CAUSE = "distribution-shift"


def measured_elsewhere(rows: Callable[[int], Table], change: Callable[[Array], Array]) -> Callable[[int], Table]:
    """The same rows, the last fifth of them with other inputs: these are given for validation."""

    def joined(seed: int) -> Table:
        x, y = rows(seed)
        cut = len(x) - round(0.2 * len(x))
        return np.concatenate([x[:cut], change(x[cut:]).astype(np.float32)]), y

    return joined


def given(training: Training, rows: Callable[[int], Table]) -> Training:
    """The training with its last fifth of rows as `validation_data`."""
    return replace(training, rows=rows, validation="given")


BESIDE = ("too-few-epochs", "overfitting", "too-many-epochs", "noise-floor")
"""What a stop rule that watches other rows may lead to, and what the experiments then find."""
PLANTED = (
    Planted(
        "another laboratory",
        CAUSE,
        "cancer",
        given(CANCER, measured_elsewhere(data.cancer, lambda x: 1.4 * x + 0.8)).make,
        BESIDE,
    ),
    Planted(
        "faint scans", CAUSE, "digits", given(DIGITS, measured_elsewhere(data.digits, lambda x: 0.45 * x)).make, BESIDE
    ),
    Planted(
        "half moons moved",
        CAUSE,
        "moons",
        given(MOONS, measured_elsewhere(data.moons, lambda x: x + np.array([1, 0.6]))).make,
        BESIDE,
    ),
    Planted(
        "another unit in two columns",
        CAUSE,
        "friedman",
        given(FRIEDMAN, measured_elsewhere(data.friedman, lambda x: x * [1.8, 1, 1, 1.8, 1, 1, 1, 1, 1, 1] + 0.5)).make,
        BESIDE,
    ),
)
NEAR_MISSES = (
    Planted("random rows given", CAUSE, "cancer", replace(CANCER, validation="given").make),
    Planted("sorted by an idle column", CAUSE, "friedman", replace(FRIEDMAN, rows=by_idle_column).make),
    Planted("species in order", CAUSE, "iris", replace(IRIS, rows=by_target(data.iris), share=0.3).make),
)
