"""label-noise: a part of the targets is wrong, and the network has room to learn it by heart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, XOR
from planted.noise_floor import clouds
from planted.wrong_loss import one_hot

CAUSE = "label-noise"


def mislabelled(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same rows, this share of them with a label drawn among the other classes."""

    def by_mistake(seed: int) -> Table:
        x, y = rows(seed)
        rng, classes = np.random.default_rng([seed, 71]), int(y.max()) + 1
        wrong = rng.random(len(y)) < share
        return x, np.where(wrong, (y + rng.integers(1, classes, len(y))) % classes, y)

    return by_mistake


def slipped(seed: int) -> Table:
    """Friedman's rows, 4 % of the targets off by 8 to 16 deviations."""
    x, y = data.friedman(seed)
    rng = np.random.default_rng([seed, 72])
    wrong = rng.random(len(y)) < 0.04
    off = rng.uniform(8, 16, len(y)) * rng.choice([-1, 1], len(y))
    return x, (y + wrong * off).astype(np.float32)


def heavy_tails(seed: int) -> Table:
    """Friedman's rows with noise from Student's t with three degrees of freedom."""
    x, y = data.friedman(seed)
    return x, (y + 0.4 * np.random.default_rng([seed, 73]).standard_t(3, len(y))).astype(np.float32)


LEARNS_BY_HEART = {"hidden": (64, 64), "l2": 0.0, "patience": None, "epochs": 80}
BESIDE = ("overfitting", "too-many-epochs", "noise-floor", "skewed-inputs", "learning-rate-too-high")
"""Whatever keeps a network from learning wrong labels by heart helps against them."""
PLANTED = (
    Planted(
        "a fifth of the tumours mislabelled",
        CAUSE,
        "cancer",
        replace(CANCER, rows=mislabelled(data.cancer, 0.2), **LEARNS_BY_HEART).make,
        BESIDE,
    ),
    Planted(
        "a fifth of the digits mislabelled",
        CAUSE,
        "digits",
        replace(
            DIGITS, rows=one_hot(mislabelled(data.digits, 0.2)), loss="categorical_crossentropy", **LEARNS_BY_HEART
        ).make,
        BESIDE,
    ),
    Planted(
        "an eighth of the half moons mislabelled",
        CAUSE,
        "moons",
        replace(MOONS, rows=mislabelled(data.moons, 0.125), **LEARNS_BY_HEART).make,
        BESIDE,
    ),
    Planted(
        "a sixth of the corners mislabelled",
        CAUSE,
        "xor",
        replace(XOR, rows=mislabelled(data.xor, 0.16), **LEARNS_BY_HEART).make,
        BESIDE,
    ),
    Planted("slipped numbers", CAUSE, "friedman", replace(FRIEDMAN, rows=slipped, **LEARNS_BY_HEART).make, BESIDE),
)
NEAR_MISSES = (
    Planted("two close clouds", CAUSE, "clouds", replace(MOONS, rows=clouds, hidden=(6,), l2=0.01, rate=5e-3).make),
    Planted("overfitted, but rightly labelled", CAUSE, "digits", replace(DIGITS, **LEARNS_BY_HEART).make),
    Planted("heavy tails", CAUSE, "friedman", replace(FRIEDMAN, rows=heavy_tails).make),
)
