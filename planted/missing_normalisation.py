"""missing-normalisation: blocks that add up to ever larger signals, and nothing that normalises them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted.case import Material, Planted, graded
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, RARE, Training, modelled

CAUSE = "missing-normalisation"


def residual(training: Training, units: int, blocks: int, *, normalised: bool = False) -> Callable[[int], Material]:
    """The training with a residual network: each block adds a rectified layer to what it receives."""

    def model(shape: tuple[int, ...]) -> Any:
        import keras
        from keras import layers

        inputs = keras.Input(shape)
        x = layers.Dense(units)(inputs)
        for _ in range(blocks):
            inner = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
            x = layers.Add()([layers.LayerNormalization()(inner) if normalised else inner, x])
        return keras.Model(inputs, layers.Dense(training.outputs, activation=training.output)(x))

    return modelled(training, model)


def growing(name: str, data: str, training: Training, units: int, blocks: tuple[int, int, int]) -> tuple[Planted, ...]:
    """The training through so many blocks and without its penalty; before the fault, each block was normalised."""
    return graded(
        name,
        CAUSE,
        data,
        lambda n: residual(training, units, n),
        blocks,
        (*SAME, *training.kept_away),
        lambda n: residual(training, units, n, normalised=True),
    )


SAME = ("learning-rate-too-high", "dead-units")
"""The signals explode, so that every step is too long for the last layers."""
PLANTED = (
    *growing("digits through {} blocks", "digits", DIGITS, 16, (6, 8, 10)),
    *growing("Friedman through {} blocks", "friedman", replace(FRIEDMAN, epochs=60), 16, (6, 8, 10)),
    *growing("half moons through {} blocks", "moons", MOONS, 8, (8, 10, 12)),
    *growing("tumours through {} blocks", "cancer", CANCER, 8, (8, 10, 12)),
    *growing("a rare digit through {} blocks", "rare digit", RARE, 16, (6, 8, 10)),
)
NEAR_MISSES = (
    Planted("two blocks", CAUSE, "digits", residual(DIGITS, 16, 2)),
    Planted("six normalised blocks", CAUSE, "cancer", residual(replace(CANCER, rate=2e-3), 16, 6, normalised=True)),
    Planted("three plain layers", CAUSE, "moons", replace(MOONS, hidden=(16,) * 3).make),
)
