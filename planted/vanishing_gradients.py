"""vanishing-gradients: stacks of activations that pass a constant on and halve what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted import data
from planted.case import Make, Planted, graded
from planted.data import Table
from planted.healthy import DIGITS, IRIS, MOONS, Training
from planted.tasks import DIGIT_PICTURES

CAUSE = "vanishing-gradients"
ALSO = ("too-deep", "wrong-initialisation-scale", "too-few-epochs", "learning-rate-too-low")
"""Fewer layers, larger first weights, and longer or larger steps get through in the end as well."""


def rings(seed: int) -> Table:
    """500 points of two rings, one within the other, a little noisy."""
    from sklearn.datasets import make_circles

    x, y = make_circles(500, noise=0.1, factor=0.5, random_state=seed)
    return data.shuffled(data.standard(x), y, seed)


def stack(
    name: str, source: str, training: Training, activation: str, depths: tuple[int, int, int]
) -> tuple[Planted, ...]:
    """The training without its penalty through so many layers of this activation; before the fault, they were ReLUs."""

    def through(activation: str) -> Callable[[int], Make]:
        plain = replace(training, activation=activation, l2=0)
        return lambda depth: replace(plain, hidden=(16,) * depth).make

    return graded(name, CAUSE, source, through(activation), depths, ALSO, through("relu"))


def filtered(activation: str) -> Callable[[int], Make]:
    """How many layers → the pictures through as many layers of eight filters with this activation."""

    def make(depth: int) -> Make:
        def build(inputs: Any) -> Any:
            from keras import Sequential, layers

            filters = [layers.Conv2D(8, 3, padding="same", activation=activation) for _ in range(depth)]
            last = layers.Dense(10, activation="softmax")
            return Sequential([inputs, *filters, layers.GlobalAveragePooling2D(), last])

        return replace(DIGIT_PICTURES, build=build, rate=3e-3, epochs=20).make

    return make


SHORT: dict[str, Any] = {"rate": 1e-3, "epochs": 30}
LONGER: dict[str, Any] = {"rate": 3e-3, "epochs": 40}
PLANTED = (
    *stack("half moons through {} softpluses", "moons", replace(MOONS, **SHORT), "softplus", (6, 8, 10)),
    *stack("digits through {} log-sigmoids", "digits", replace(DIGITS, **LONGER), "log_sigmoid", (7, 8, 10)),
    *stack("rings through {} softpluses", "rings", replace(MOONS, rows=rings, **SHORT), "softplus", (6, 8, 10)),
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
