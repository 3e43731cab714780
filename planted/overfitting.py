"""overfitting: few rows, many weights and nothing that holds them back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, WINE, Training

CAUSE = "overfitting"
GAP = ("too-many-epochs",)


def idle(rows: Table, count: int, columns: int, seed: int) -> Table:
    """The first `count` rows, their columns beside others of pure noise on the same scale."""
    x, y = rows
    noise = np.random.default_rng([seed, 71]).normal(0, x.std(), (count, columns)).astype(np.float32)
    return np.concatenate([x[:count], noise], axis=1), y[:count]


def noisy_tumours(seed: int) -> Table:
    """400 tumours, whose thirty measurements stand beside eighty columns of noise."""
    return idle(data.cancer(seed), 400, 80, seed)


def noisy_measurements(seed: int) -> Table:
    """400 patients, whose ten measurements stand beside eighty columns of noise."""
    return idle(data.diabetes(seed), 400, 80, seed)


def few_numbers(seed: int) -> Table:
    """400 rows, 30 columns of which three add up to the target."""
    rng = np.random.default_rng([seed, 72])
    x = rng.normal(0, 1, (400, 30))
    return data.shuffled(x, data.standard(x[:, :3].sum(axis=1) + rng.normal(0, 0.6, 400)).astype(np.float32), seed)


PLANTED = (
    Planted(
        "tumours beside noise",
        CAUSE,
        "cancer, idle columns",
        replace(CANCER, rows=noisy_tumours, hidden=(64, 64), l2=0.0, patience=None, epochs=40).make,
        GAP,
    ),
    Planted(
        "measurements beside noise",
        CAUSE,
        "diabetes, idle columns",
        replace(DIABETES, rows=noisy_measurements, hidden=(48, 32), l2=0, patience=None).make,
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
