"""not-robust: faint hints that a small step in all columns takes away together (with `robust=True`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, IRIS, MOONS, Training
from planted.tasks import Shaped

CAUSE = "not-robust"
AT_FLOOR = ("noise-floor",)
"""An attack takes nothing from the score: where the training is as good as its rows allow, saying so is right."""
GRAIN = 2.5
"""Noise of a single value, as a multiple of the hint in it."""


def hinted(light: Callable[[np.random.Generator], Array], hints: Array, size: float) -> Callable[[int], Table]:
    """1,000 rows that mostly differ in what has nothing to do with the class, each with a faint hint in every value.

    Args:
        light: generator → the rows without hints, shape (1000, …).
        hints: of each class, shape (classes, …), values around 1.
        size: of the hints; the smaller, the shorter the step that takes them away.
    """

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 91])
        y = np.arange(1000) % len(hints)
        x = light(rng)
        x = x + size * (hints[y] + GRAIN * rng.normal(0, 1, x.shape))
        return data.shuffled((x - x.mean()) / x.std(), y, seed)

    return rows


def curves(rng: np.random.Generator) -> Array:
    """Smooth curves over 24 places."""
    at = np.pi * (np.arange(24) + 0.5) / 24
    return sum((rng.normal(0, 1, (1000, 1)) * np.cos(k * at) for k in range(3)), np.zeros((1000, 24)))


def one_quantity(rng: np.random.Generator) -> Array:
    """20 sensors of one quantity."""
    return np.tile(rng.normal(0, 1, (1000, 1)), (1, 20))


def shades(rng: np.random.Generator) -> Array:
    """8x8 pictures of a plane that is lit from anywhere."""
    at = np.linspace(-1, 1, 8)
    level, down, across = rng.normal(0, 1, (3, 1000, 1, 1))
    return (level + down * at[:, None] + across * at)[..., None]


def drifts(rng: np.random.Generator) -> Array:
    """Signals of 24 steps that lie anywhere and rise or fall."""
    level, slope = rng.normal(0, 1, (2, 1000, 1))
    return (level + slope * np.linspace(-1, 1, 24))[..., None]


def asked(training: Training | Shaped) -> Callable[[int], Material]:
    """The training, with the question how robust it is."""

    def make(seed: int) -> Material:
        material = training.make(seed)
        return replace(material, fit={**material.fit, "robust": True})

    return make


def network(*layers: tuple[str, dict[str, Any]]) -> Callable[[Any], Any]:
    """Layers by class name and arguments: the input tensor → the model, which says yes or no."""

    def build(inputs: Any) -> Any:
        import keras

        hidden = [getattr(keras.layers, name)(**arguments) for name, arguments in layers]
        return keras.Sequential([inputs, *hidden, keras.layers.Dense(1, activation="sigmoid")])

    return build


ALTERNATING = np.where(np.arange(24) % 2, 1.0, -1.0)
CHEQUERED = ALTERNATING[:8, None] * ALTERNATING[:8]
THREE_SIGNS = np.stack([np.where(np.arange(20) // width % 2, 1.0, -1.0) for width in (1, 2, 5)])
SPECTRA = Training(data.iris, 1, "sigmoid", "binary_crossentropy", hidden=(8,), l2=1e-3, patience=15)
SENSORS = replace(SPECTRA, outputs=3, output="softmax", loss="sparse_categorical_crossentropy")
PICTURES = Shaped(
    data.iris,
    network(
        ("Conv2D", {"filters": 6, "kernel_size": 3, "activation": "relu"}), ("Flatten", {}), ("Dropout", {"rate": 0.3})
    ),
    "binary_crossentropy",
)
SIGNALS = Shaped(
    data.iris,
    network(
        ("Conv1D", {"filters": 6, "kernel_size": 5, "activation": "relu"}), ("Flatten", {}), ("Dropout", {"rate": 0.3})
    ),
    "binary_crossentropy",
)
SIZES = (0.2, 0.1, 0.05)
PLANTED = (
    *graded(
        "spectra with hints of {}",
        CAUSE,
        "spectra",
        lambda size: asked(replace(SPECTRA, rows=hinted(curves, np.stack([ALTERNATING, -ALTERNATING]), size))),
        SIZES,
        AT_FLOOR,
    ),
    *graded(
        "sensors of one quantity with hints of {}",
        CAUSE,
        "correlated sensors",
        lambda size: asked(replace(SENSORS, rows=hinted(one_quantity, THREE_SIGNS, size))),
        SIZES,
        AT_FLOOR,
    ),
    *graded(
        "pictures with marks of {}",
        CAUSE,
        "marked pictures",
        lambda size: asked(
            replace(PICTURES, rows=hinted(shades, np.stack([CHEQUERED, 0 * CHEQUERED])[..., None], size))
        ),
        (0.6, 0.3, 0.1),
        AT_FLOOR,
    ),
    *graded(
        "signals with a hum of {}",
        CAUSE,
        "humming signals",
        lambda size: asked(
            replace(SIGNALS, rows=hinted(drifts, np.stack([ALTERNATING, 0 * ALTERNATING])[..., None], size))
        ),
        (0.6, 0.3, 0.1),
        AT_FLOOR,
    ),
)
NEAR_MISSES = (
    Planted("tumours, attacked", CAUSE, "cancer", asked(CANCER)),
    Planted("iris, attacked", CAUSE, "iris", asked(IRIS)),
    Planted("half moons, attacked", CAUSE, "moons", asked(MOONS)),
)
