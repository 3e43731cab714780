"""label-noise: a part of the targets is wrong, and the network has room to learn it by heart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS
from planted.noise_floor import clouds
from planted.tasks import DIGIT_PICTURES, digit_pictures

CAUSE = "label-noise"


def mislabelled(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same rows, this share of them with a label drawn among the other classes."""

    def by_mistake(seed: int) -> Table:
        x, y = rows(seed)
        rng, classes = np.random.default_rng([seed, 71]), int(y.max()) + 1
        wrong = rng.random(len(y)) < share
        return x, np.where(wrong, (y + rng.integers(1, classes, len(y))) % classes, y)

    return by_mistake


def slipped(share: float) -> Callable[[int], Table]:
    """Friedman's rows, this share of the targets off by 8 to 16 deviations."""

    def off_by_far(seed: int) -> Table:
        x, y = data.friedman(seed)
        rng = np.random.default_rng([seed, 72])
        wrong = rng.random(len(y)) < share
        off = rng.uniform(8, 16, len(y)) * rng.choice([-1, 1], len(y))
        return x, (y + wrong * off).astype(np.float32)

    return off_by_far


def heavy_tails(seed: int) -> Table:
    """Friedman's rows with noise from Student's t with three degrees of freedom."""
    x, y = data.friedman(seed)
    return x, (y + 0.4 * np.random.default_rng([seed, 73]).standard_t(3, len(y))).astype(np.float32)


LEARNS_BY_HEART = {"hidden": (64, 64), "l2": 0.0, "patience": None, "epochs": 80}
SHARES = (0.08, 0.15, 0.25)
BESIDE = ("overfitting", "too-many-epochs", "skewed-inputs")
"""What keeps a network from learning wrong labels by heart helps against them, and numbers that are far off are what
makes targets skewed."""
PLANTED = (
    *graded(
        "{} of the tumours mislabelled",
        CAUSE,
        "cancer",
        lambda share: replace(CANCER, rows=mislabelled(data.cancer, share)).make,
        SHARES,
        BESIDE,
    ),
    *graded(
        "{} of the pictures mislabelled",
        CAUSE,
        "digit pictures",
        lambda share: replace(DIGIT_PICTURES, rows=mislabelled(digit_pictures, share)).make,
        SHARES,
        BESIDE,
    ),
    *graded(
        "{} of the half moons mislabelled",
        CAUSE,
        "moons",
        lambda share: replace(MOONS, rows=mislabelled(data.moons, share)).make,
        SHARES,
        BESIDE,
    ),
    *graded(
        "{} of the numbers slipped",
        CAUSE,
        "friedman",
        lambda share: replace(FRIEDMAN, rows=slipped(share)).make,
        (0.02, 0.04, 0.08),
        BESIDE,
    ),
)
NEAR_MISSES = (
    Planted("two close clouds", CAUSE, "clouds", replace(MOONS, rows=clouds, hidden=(6,), l2=0.01, rate=5e-3).make),
    Planted("overfitted, but rightly labelled", CAUSE, "digits", replace(DIGITS, **LEARNS_BY_HEART).make),
    Planted("heavy tails", CAUSE, "friedman", replace(FRIEDMAN, rows=heavy_tails).make),
)
