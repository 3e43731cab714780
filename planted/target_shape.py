"""target-shape: targets and output have different axes, and rows are compared with the targets of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data, tasks
from planted.case import Array, Planted, graded
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, Training
from planted.tasks import TWO_NUMBERS
from planted.wrong_output_units import PAIR

CAUSE = "target-shape"


def next_value(seed: int, steps: int = 10) -> Table:
    """300 windows of so many steps of waves of different length, and the step that follows."""
    rng = np.random.default_rng([seed, 91])
    start, speed = rng.uniform(0, 6.3, (300, 1)), rng.uniform(0.2, 0.8, (300, 1))
    wave = np.sin(start + speed * np.arange(steps + 1)) + rng.normal(0, 0.05, (300, steps + 1))
    return wave[:, :steps, None].astype(np.float32), wave[:, steps].astype(np.float32)


def every_step(seed: int) -> Table:
    """The windows of `next_value`, and for each step the one that follows."""
    x, y = next_value(seed)
    return x, np.concatenate([x[:, 1:, 0], y[:, None]], axis=1)


def with_axis(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows with an axis of length 1 in the middle of the targets."""

    def stacked(seed: int) -> Table:
        x, y = rows(seed)
        return x, y.reshape(len(y), 1, -1)

    return stacked


def twice(seed: int) -> Table:
    """Diabetes with a second target: the progression beside its square."""
    x, y = data.diabetes(seed)
    return x, np.stack([y, data.standard(y**2)], axis=1).astype(np.float32)


def recurrent(kind: str, all_steps: bool) -> Callable[[Array], list[Any]]:
    """A recurrent layer in front, returning all steps or the last."""

    def front(_: Array) -> list[Any]:
        import keras

        return [getattr(keras.layers, kind)(12, return_sequences=all_steps, name="recurrent")]

    return front


def reading(rows: Callable[[int], Table], kind: str, all_steps: bool) -> Training:
    """A recurrent network on these rows."""
    return Training(rows, 1, "linear", "mse", hidden=(), epochs=40, front=recurrent(kind, all_steps))


BATCHES = (8, 16, 32)
"""Rows in one update: so many targets each answer is compared with."""
PLANTED = (
    *graded(
        "an axis too many, {} rows at once",
        CAUSE,
        "friedman",
        lambda batch: replace(PAIR, rows=with_axis(PAIR.rows), batch=batch).make,
        BATCHES,
    ),
    *graded(
        "an axis too many for patients, {} rows at once",
        CAUSE,
        "diabetes",
        lambda batch: replace(DIABETES, rows=with_axis(twice), outputs=2, batch=batch).make,
        BATCHES,
    ),
    *graded(
        "an axis too many for two numbers, {} rows at once",
        CAUSE,
        "two numbers",
        lambda batch: replace(TWO_NUMBERS, rows=with_axis(tasks.two_numbers), batch=batch).make,
        BATCHES,
    ),
    *graded(
        "all of {} steps for the next value",
        CAUSE,
        "windows",
        lambda steps: reading(lambda seed: next_value(seed, steps), "GRU", True).make,
        (5, 10, 20),
    ),
)
NEAR_MISSES = (
    Planted("a target for every step", CAUSE, "windows", reading(every_step, "GRU", True).make),
    Planted("the last step for the next value", CAUSE, "windows", reading(next_value, "GRU", False).make),
    Planted("an axis that Keras drops", CAUSE, "friedman", replace(FRIEDMAN, rows=with_axis(data.friedman)).make),
)
