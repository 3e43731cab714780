"""leakage: the answer, or the very same rows, on both sides of the split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, IRIS, LINE, WINE

CAUSE = "leakage"


def copied_target(seed: int) -> Table:
    """Diabetes with a column written after the fact: the target with a little noise."""
    x, y = data.diabetes(seed)
    late = y + np.random.default_rng([seed, 41]).normal(0, 0.05, len(y))
    return np.concatenate([x, late[:, None].astype(np.float32)], axis=1), y


def label_column(seed: int) -> Table:
    """Wine with the grower's number left among the inputs, scaled."""
    x, y = data.wine(seed)
    return np.concatenate([x, (y[:, None] - 1).astype(np.float32)], axis=1), y


def repeated_rows(seed: int) -> Table:
    """Every third tumour appears three times."""
    x, y = data.cancer(seed)
    keep = np.arange(len(x)) % 3 == 0
    return data.shuffled(np.repeat(x[keep], 3, axis=0), np.repeat(y[keep], 3), seed + 1)


OBSERVED_TOO = ("noise-floor",)
PLANTED = (
    Planted(
        "a column written after the fact", CAUSE, "diabetes", replace(DIABETES, rows=copied_target).make, OBSERVED_TOO
    ),
    Planted("the label among the inputs", CAUSE, "wine", replace(WINE, rows=label_column).make, OBSERVED_TOO),
    Planted("every row three times", CAUSE, "cancer", replace(CANCER, rows=repeated_rows).make, OBSERVED_TOO),
)
NEAR_MISSES = (
    Planted("one honest column that says most", CAUSE, "line", LINE.make),
    Planted("two flowers that happen to be equal", CAUSE, "iris", IRIS.make),
    Planted("an easy task", CAUSE, "wine", WINE.make),
)
