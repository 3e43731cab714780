"""vanishing-gradients: stacks of activations that pass a constant on and halve what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import DIGITS, IRIS, MOONS, Training
from planted.tasks import DIGIT_PICTURES

CAUSE = "vanishing-gradients"
ALSO = ("too-deep", "wrong-initialisation-scale", "too-few-epochs", "learning-rate-too-low")
"""Fewer layers, larger first weights, and longer or larger steps get through in the end as well.

Before the fault, as many layers were rectified.
"""


def rings(seed: int) -> Table:
    """500 points of two rings, one within the other, a little noisy."""
    from sklearn.datasets import make_circles

    x, y = make_circles(500, noise=0.1, factor=0.5, random_state=seed)
    return data.shuffled(data.standard(x), y, seed)


def stack(training: Training, activation: str, rate: float, epochs: int) -> Callable[[int], Callable[[int], Material]]:
    """How many layers → the training with as many of this activation."""
    plain = replace(training, activation=activation, l2=0, rate=rate, epochs=epochs)
    return lambda depth: replace(plain, hidden=(16,) * depth).make


def filtered(activation: str) -> Callable[[int], Callable[[int], Material]]:
    """How many layers → the pictures through as many layers of eight filters with this activation."""

    def make(depth: int) -> Callable[[int], Material]:
        def build(inputs: Any) -> Any:
            from keras import Sequential, layers

            filters = [layers.Conv2D(8, 3, padding="same", activation=activation) for _ in range(depth)]
            last = layers.Dense(10, activation="softmax")
            return Sequential([inputs, *filters, layers.GlobalAveragePooling2D(), last])

        return replace(DIGIT_PICTURES, build=build, rate=3e-3, epochs=20).make

    return make


FLAT = "log_sigmoid"
RINGS = replace(MOONS, rows=rings)
PLANTED = (
    *graded(
        "half moons through {} softpluses",
        CAUSE,
        "moons",
        stack(MOONS, "softplus", 1e-3, 30),
        (6, 8, 10),
        ALSO,
        stack(MOONS, "relu", 1e-3, 30),
    ),
    *graded(
        "digits through {} log-sigmoids",
        CAUSE,
        "digits",
        stack(DIGITS, "log_sigmoid", 3e-3, 40),
        (7, 8, 10),
        ALSO,
        stack(DIGITS, "relu", 3e-3, 40),
    ),
    *graded(
        "rings through {} softpluses",
        CAUSE,
        "rings",
        stack(RINGS, "softplus", 1e-3, 30),
        (6, 8, 10),
        ALSO,
        stack(RINGS, "relu", 1e-3, 30),
    ),
    *graded(
        "pictures through {} softplus filters",
        CAUSE,
        "digit pictures",
        filtered("softplus"),
        (6, 8, 10),
        ALSO,
        filtered("relu"),
    ),
)
NEAR_MISSES = (
    Planted("iris through four swishes", CAUSE, "iris", replace(IRIS, hidden=(16,) * 4, activation="silu").make),
    Planted(
        "half moons through five sigmoids", CAUSE, "moons", replace(MOONS, hidden=(16,) * 5, activation="sigmoid").make
    ),
    Planted("digits through six ReLUs", CAUSE, "digits", replace(DIGITS, hidden=(24,) * 6, rate=3e-3).make),
)
