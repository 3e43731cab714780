"""overfitting: few rows, many weights and nothing that holds them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, WINE, Training
from planted.logits_mismatch import HALVES
from planted.tasks import THEMES, dense

CAUSE = "overfitting"
GAP = ("too-many-epochs",)


def idle(rows: Table, count: int, columns: int, seed: int) -> Table:
    """The first `count` rows, their columns beside others of pure noise on the same scale."""
    x, y = rows
    noise = np.random.default_rng([seed, 71]).normal(0, x.std(), (count, columns)).astype(np.float32)
    return np.concatenate([x[:count], noise], axis=1), y[:count]


def patients(columns: int) -> Callable[[int], Table]:
    """400 patients, whose ten measurements stand beside columns of noise."""
    return lambda seed: idle(data.diabetes(seed), 400, columns, seed)


def few_numbers(columns: int) -> Callable[[int], Table]:
    """400 rows, of whose columns three add up to the target."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 72])
        x = rng.normal(0, 1, (400, columns))
        return data.shuffled(x, data.standard(x[:, :3].sum(axis=1) + rng.normal(0, 0.6, 400)).astype(np.float32), seed)

    return rows


FREE = {"l2": 0.0, "patience": None, "epochs": 40}
PLANTED = (
    *graded(
        "measurements beside {} columns of noise",
        CAUSE,
        "diabetes, idle columns",
        lambda columns: replace(DIABETES, rows=patients(columns), hidden=(48, 32), **FREE).make,
        (10, 30, 80),
        GAP,
    ),
    *graded(
        "three columns of {}",
        CAUSE,
        "few numbers",
        lambda columns: Training(few_numbers(columns), 1, "linear", "mse", hidden=(64, 32), patience=None).make,
        (20, 30, 45),
        GAP,
    ),
    *graded(
        "themes through {} units",
        CAUSE,
        "themes",
        lambda units: replace(THEMES, build=dense(units, 4, "sigmoid"), patience=None, epochs=60).make,
        (48, 96, 192),
        GAP,
    ),
    *graded(
        "halves of diabetes through {} units and 32",
        CAUSE,
        "diabetes",
        lambda units: replace(HALVES, hidden=(units, 32), rate=0.01, **FREE).make,
        (16, 32, 64),
        GAP,
    ),
)
NEAR_MISSES = (
    Planted("tumours, penalised", CAUSE, "cancer", CANCER.make),
    Planted("wine, penalised", CAUSE, "wine", WINE.make),
    Planted("diabetes, penalised", CAUSE, "diabetes", DIABETES.make),
)
