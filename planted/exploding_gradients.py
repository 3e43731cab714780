"""exploding-gradients: factors above 1, many times over, in long sequences and deep stacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Material, Planted, graded
from planted.data import Table
from planted.healthy import DIGITS, MOONS, WINE, Training
from planted.tasks import rhythms

CAUSE = "exploding-gradients"
STEPS = (
    "learning-rate-too-high",
    "weak-optimizer",
    "too-few-epochs",
    "non-finite-loss",
    "wrong-initialisation-scale",
)
"""Shorter steps, or steps whose length does not follow the gradient's, survive the same cliffs."""


def sums(steps: int) -> Callable[[int], Table]:
    """400 sequences; the target is the sum of what comes after a mark, a little noisy."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 111])
        x = rng.normal(0, 1, (400, steps))
        y = x[:, steps // 2 :].sum(axis=1) + rng.normal(0, 0.3, 400)
        return data.shuffled(x, data.standard(y).astype(np.float32), seed)

    return rows


def flat_rhythms(seed: int) -> Table:
    """The rhythms, one column for each step."""
    x, kind = rhythms(seed)
    return x[:, :, 0], kind


def recurrent(gain: float, activation: str) -> Callable[[Array], list[Any]]:
    """A recurrent layer over the columns, whose state grows by this factor a step."""

    def front(x: Array) -> list[Any]:
        import keras

        start = keras.initializers.Orthogonal(gain)
        layer = keras.layers.SimpleRNN(16, activation=activation, recurrent_initializer=start, name="recurrent")
        return [keras.layers.Reshape((x.shape[1], 1), name="sequence"), layer]

    return front


SUMS = Training(
    sums(24),
    1,
    "linear",
    "mse",
    hidden=(),
    front=recurrent(1.2, "relu"),
    rate=1e-2,
    epochs=50,
    patience=None,
)
RHYTHMS = replace(SUMS, rows=flat_rhythms, outputs=3, output="softmax", loss="sparse_categorical_crossentropy")


def growing(name: str, source: str, training: Training, gains: tuple[float, float, float]) -> tuple[Planted, ...]:
    """The training with a state that grows by so much a step; before the fault, it neither grew nor shrank."""

    def make(gain: float) -> Callable[[int], Material]:
        return replace(training, front=recurrent(gain, "relu")).make

    return graded(name, CAUSE, source, make, gains, STEPS, lambda _: make(1.0))


PLANTED = (
    *growing("sums of 24 steps, growing by {}", "24 steps", SUMS, (1.5, 1.65, 1.8)),
    *growing("sums of 30 steps, growing by {}", "30 steps", replace(SUMS, rows=sums(30)), (1.4, 1.5, 1.6)),
    *growing("rhythms, growing by {}", "rhythms", RHYTHMS, (1.6, 1.8, 2.0)),
    *growing("sums of 40 steps, growing by {}", "40 steps", replace(SUMS, rows=sums(40)), (1.3, 1.35, 1.42)),
)
NEAR_MISSES = (
    Planted(
        "sums of 16 steps, steady state",
        CAUSE,
        "16 steps",
        replace(SUMS, rows=sums(16), front=recurrent(1.0, "tanh"), rate=5e-3).make,
    ),
    Planted("half moons, SGD at 3", CAUSE, "moons", replace(MOONS, optimizer="SGD", rate=3.0).make),
    Planted("digits through six ReLUs", CAUSE, "digits", replace(DIGITS, hidden=(24,) * 6, rate=3e-3).make),
    Planted("wine, as it should be", CAUSE, "wine", WINE.make),
)
