"""overfitting: few rows, many weights and nothing that holds them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, FRIEDMAN, WINE, Training

CAUSE = "overfitting"


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


def wine(columns: int) -> Callable[[int], Table]:
    """All wines, whose thirteen measurements stand beside columns of noise."""
    return lambda seed: idle(data.wine(seed), 178, columns, seed)


def friedman(columns: int) -> Callable[[int], Table]:
    """300 of Friedman's rows beside columns of noise."""
    return lambda seed: idle(data.friedman(seed), 300, columns, seed)


def freed(
    name: str,
    data_set: str,
    sound: Training,
    rows: Callable[[int], Callable[[int], Table]],
    columns: tuple[int, ...],
    hidden: tuple[int, ...] = (48, 32),
) -> tuple[Planted, ...]:
    """The training on these rows with more weights and no penalty.

    The best epoch is kept: what is left to gain is not a matter of how long the training goes on.
    """
    return graded(
        name,
        CAUSE,
        data_set,
        lambda count: replace(sound, rows=rows(count), hidden=hidden, l2=0.0, patience=10, keep_best=True).make,
        columns,
        sound=lambda count: replace(sound, rows=rows(count)).make,
    )


SUMS = replace(FRIEDMAN, l2=0.1, epochs=60)
"""Friedman's size and penalty, which suit other numbers drawn by formula, in the time that these are given."""
PLANTED = (
    *freed("measurements beside {} columns of noise", "diabetes, idle columns", DIABETES, patients, (40, 60, 80)),
    *freed("wine beside {} columns of noise", "wine, idle columns", WINE, wine, (20, 40, 80)),
    *freed("three columns of {}", "few numbers", SUMS, few_numbers, (25, 35, 45), hidden=(64, 32)),
    *freed("Friedman beside {} columns of noise", "friedman, idle columns", FRIEDMAN, friedman, (5, 10, 20)),
)
NEAR_MISSES = (
    Planted("tumours, penalised", CAUSE, "cancer", CANCER.make),
    Planted("wine, penalised", CAUSE, "wine", WINE.make),
    Planted("diabetes, penalised", CAUSE, "diabetes", DIABETES.make),
)
