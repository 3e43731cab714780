"""target-shape: targets and output have different axes, and rows are compared with the targets of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Planted
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, Training
from planted.tasks import THEMES, themes
from planted.wrong_output_units import PAIR, two_numbers

CAUSE = "target-shape"
STEPS = 10


def next_value(seed: int) -> Table:
    """300 windows of ten steps of waves of different length, and the step that follows."""
    rng = np.random.default_rng([seed, 91])
    start, speed = rng.uniform(0, 6.3, (300, 1)), rng.uniform(0.2, 0.8, (300, 1))
    wave = np.sin(start + speed * np.arange(STEPS + 1)) + rng.normal(0, 0.05, (300, STEPS + 1))
    return wave[:, :STEPS, None].astype(np.float32), wave[:, STEPS].astype(np.float32)


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


PLANTED = (
    Planted("an axis too many", CAUSE, "friedman", replace(PAIR, rows=with_axis(two_numbers)).make),
    Planted(
        "an axis too many for patients", CAUSE, "diabetes", replace(DIABETES, rows=with_axis(twice), outputs=2).make
    ),
    Planted("an axis too many for themes", CAUSE, "themes", replace(THEMES, rows=with_axis(themes)).make),
    Planted("all steps for the next value", CAUSE, "windows", reading(next_value, "GRU", True).make),
)
NEAR_MISSES = (
    Planted("a target for every step", CAUSE, "windows", reading(every_step, "GRU", True).make),
    Planted("the last step for the next value", CAUSE, "windows", reading(next_value, "GRU", False).make),
    Planted("an axis that Keras drops", CAUSE, "friedman", replace(FRIEDMAN, rows=with_axis(data.friedman)).make),
)
