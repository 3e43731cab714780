"""linear-network: layers without a non-linearity between them, where the answer is not a straight line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted.case import Planted, graded
from planted.data import Table, shuffled, standard
from planted.healthy import CANCER, DIABETES, FRIEDMAN, LINE, MOONS, RARE, WAVE, Training

CAUSE = "linear-network"
SAME = ("too-little-capacity",)
"""A linear map is all that the network can hold."""


def noisy_moons(noise: float) -> Callable[[int], Table]:
    """600 points of two interleaved half moons; the more noise, the less a curved border helps."""

    def rows(seed: int) -> Table:
        from sklearn.datasets import make_moons

        x, y = make_moons(600, noise=noise, random_state=seed)
        return shuffled(standard(np.asarray(x)), np.asarray(y), seed)

    return rows


def bent_friedman(share: float) -> Callable[[int], Table]:
    """500 rows of Friedman's first function with `share` of its two curved terms; 1 is the function itself."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 51])
        x = rng.uniform(0, 1, (500, 10))
        curved = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
        y = share * curved + 10 * x[:, 3] + 5 * x[:, 4] + rng.normal(0, 1, 500)
        return shuffled(standard(x), standard(y).astype(np.float32), seed)

    return rows


def periods(count: float) -> Callable[[int], Table]:
    """400 points of a sine, a little noisy; half a period is nearly a line."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 4])
        x = rng.uniform(-1, 1, (400, 1))
        y = np.sin(np.pi * count * x[:, 0]) + rng.normal(0, 0.15, 400)
        return shuffled(standard(x), standard(y).astype(np.float32), seed)

    return rows


def straight(
    name: str, data: str, bent: Callable[[Any], Training], strengths: tuple[float, float, float]
) -> tuple[Planted, ...]:
    """The trainings without the non-linearity that their layers had."""
    return graded(
        name, CAUSE, data, lambda s: replace(bent(s), activation="linear").make, strengths, SAME, lambda s: bent(s).make
    )


PLANTED = (
    *straight(
        "half moons with noise of {}",
        "moons",
        lambda noise: replace(MOONS, rows=noisy_moons(noise)),
        (0.35, 0.25, 0.18),
    ),
    *straight(
        "Friedman with {} of the curvature",
        "friedman",
        lambda share: replace(FRIEDMAN, rows=bent_friedman(share)),
        (0.4, 0.7, 1.0),
    ),
    *straight("{} periods of a wave", "wave", lambda count: replace(WAVE, rows=periods(count)), (0.6, 1, 2)),
    *straight(
        "a rare digit through {} linear layers",
        "rare digit",
        lambda depth: replace(RARE, hidden=(16,) * depth),
        (1, 2, 3),
    ),
)
NEAR_MISSES = (
    Planted("one neuron for a line", CAUSE, "line", LINE.make),
    Planted("linear layers for a linear relation", CAUSE, "diabetes", replace(DIABETES, activation="linear").make),
    Planted("logistic regression of tumours", CAUSE, "cancer", replace(CANCER, hidden=()).make),
)
