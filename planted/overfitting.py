"""overfitting: few rows, many weights and nothing that holds them back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, WINE, Training

CAUSE = "overfitting"
GAP = ("too-many-epochs",)


def few_digits(seed: int) -> Table:
    """300 digits."""
    x, y = data.digits(seed)
    return x[:300], y[:300]


def idle_columns(seed: int) -> Table:
    """150 patients, whose ten measurements stand beside forty columns of noise."""
    x, y = data.diabetes(seed)
    noise = np.random.default_rng([seed, 71]).normal(0, 1, (150, 40)).astype(np.float32)
    return np.concatenate([x[:150], noise], axis=1), y[:150]


def few_numbers(seed: int) -> Table:
    """120 rows, 30 columns of which three add up to the target."""
    rng = np.random.default_rng([seed, 72])
    x = rng.normal(0, 1, (120, 30))
    return data.shuffled(x, data.standard(x[:, :3].sum(axis=1) + rng.normal(0, 0.6, 120)).astype(np.float32), seed)


PLANTED = (
    Planted(
        "300 digits",
        CAUSE,
        "few digits",
        replace(DIGITS, rows=few_digits, hidden=(40, 40), l2=0.0, patience=None, epochs=100).make,
        GAP,
    ),
    Planted(
        "measurements among noise",
        CAUSE,
        "idle columns",
        replace(DIABETES, rows=idle_columns, hidden=(48, 32), l2=0, patience=None).make,
        GAP,
    ),
    Planted(
        "three columns of thirty",
        CAUSE,
        "few numbers",
        Training(few_numbers, 1, "linear", "mse", hidden=(64, 32), patience=None).make,
        GAP,
    ),
)
NEAR_MISSES = (
    Planted("tumours, penalised", CAUSE, "cancer", CANCER.make),
    Planted("wine, penalised", CAUSE, "wine", WINE.make),
    Planted("diabetes, penalised", CAUSE, "diabetes", DIABETES.make),
)
