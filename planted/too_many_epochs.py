"""too-many-epochs: the best weights were there early on, and were trained away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, LINE, MOONS

CAUSE = "too-many-epochs"
GAP = ("overfitting",)


def noisy_moons(seed: int) -> Table:
    """300 points of two half moons that overlap."""
    from sklearn.datasets import make_moons

    x, y = make_moons(300, noise=0.4, random_state=seed)
    return data.shuffled(data.standard(x), y, seed)


def doubtful_tumours(seed: int) -> Table:
    """Breast cancer with 15 % of the labels turned round."""
    x, y = data.cancer(seed)
    return x, np.where(np.random.default_rng([seed, 61]).random(len(y)) < 0.15, 1 - y, y)


PLANTED = (
    Planted(
        "diabetes for 200 epochs",
        CAUSE,
        "diabetes",
        replace(DIABETES, hidden=(48, 48), l2=0, epochs=200, patience=None).make,
        GAP,
    ),
    Planted(
        "overlapping moons for 300 epochs",
        CAUSE,
        "noisy moons",
        replace(MOONS, rows=noisy_moons, hidden=(48, 48), epochs=300, patience=None).make,
        GAP,
    ),
    Planted(
        "doubtful tumours for 120 epochs",
        CAUSE,
        "doubtful cancer",
        replace(CANCER, rows=doubtful_tumours, hidden=(48, 48), l2=0, epochs=120, patience=None).make,
        GAP,
    ),
)
NEAR_MISSES = (
    Planted("300 epochs of a line", CAUSE, "line", replace(LINE, epochs=300, patience=None).make),
    Planted(
        "digits for 150 epochs, best weights kept", CAUSE, "digits", replace(DIGITS, epochs=150, patience=150).make
    ),
    Planted(
        "diabetes for 150 epochs, penalised",
        CAUSE,
        "diabetes",
        replace(DIABETES, hidden=(6,), l2=0.05, epochs=150, rate=3e-3, patience=None).make,
    ),
)
