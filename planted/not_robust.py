"""not-robust: many faint hints that a small step in all columns takes away together (with `robust=True`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Material, Planted
from planted.data import Table
from planted.healthy import CANCER, IRIS, MOONS, Training

CAUSE = "not-robust"
FITS = ("overfitting", "too-many-epochs")
"""Faint hints in many columns invite the network to learn single rows."""


def faint(columns: int, shift: float, classes: int = 2) -> Callable[[int], Table]:
    """1,100 rows of noise whose columns are shifted a little, up or down, by the class."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 91])
        y = np.arange(1100) % classes
        means = shift * rng.choice([-1.0, 1.0], (classes, columns))
        return data.shuffled(means[y] + rng.normal(0, 1, (1100, columns)), y, seed)

    return rows


def asked(training: Training) -> Callable[[int], Material]:
    """The training, with the question how robust it is."""

    def make(seed: int) -> Material:
        material = training.make(seed)
        return replace(material, fit={**material.fit, "robust": True})

    return make


FAINT = Training(faint(150, 0.15), 1, "sigmoid", "binary_crossentropy", hidden=(8,), l2=0.02, rate=3e-3, epochs=30)
THREE = replace(FAINT, rows=faint(150, 0.2, 3), outputs=3, output="softmax", loss="sparse_categorical_crossentropy")
PLANTED = (
    Planted("150 faint columns", CAUSE, "150 faint", asked(FAINT), FITS),
    Planted("80 faint columns", CAUSE, "80 faint", asked(replace(FAINT, rows=faint(80, 0.2))), FITS),
    Planted("three classes in 150 faint columns", CAUSE, "three faint", asked(THREE), FITS),
    Planted("faint columns without hidden units", CAUSE, "150 faint", asked(replace(FAINT, hidden=())), FITS),
)
NEAR_MISSES = (
    Planted("tumours, attacked", CAUSE, "cancer", asked(CANCER)),
    Planted("iris, attacked", CAUSE, "iris", asked(IRIS)),
    Planted("half moons, attacked", CAUSE, "moons", asked(MOONS)),
)
