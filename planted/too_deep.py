"""too-deep: so many plain layers in a row that hardly any gradient gets through."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, Training

CAUSE = "too-deep"
SAME = ("missing-normalisation", "dead-units")
"""Normalisation would carry the signal as well; units that never fire end it."""


def deep(name: str, data: str, training: Training, units: int, depths: tuple[int, int, int]) -> tuple[Planted, ...]:
    """The training through so many rectified layers.

    Before the fault, there were as few of the same layers as in the training.
    """

    def through(depth: int) -> Training:
        return replace(training, hidden=(units,) * depth, activation="relu")

    return graded(
        name,
        CAUSE,
        data,
        lambda depth: through(depth).make,
        depths,
        SAME,
        lambda _: through(len(training.hidden)).make,
    )


PLANTED = (
    *deep("digits through {} layers", "digits", DIGITS, 12, (8, 11, 14)),
    *deep("Friedman through {} layers", "friedman", FRIEDMAN, 10, (8, 11, 14)),
    *deep("a wave through {} layers", "wave", WAVE, 16, (14, 17, 20)),
    *deep("iris through {} layers", "iris", IRIS, 8, (14, 17, 20)),
)
NEAR_MISSES = (
    Planted("six wide layers that train", CAUSE, "moons", replace(MOONS, hidden=(24,) * 6, rate=3e-3).make),
    Planted(
        "seven scaled exponential layers",
        CAUSE,
        "cancer",
        replace(CANCER, hidden=(16,) * 7, activation="selu", kernel="lecun_normal", rate=1e-3).make,
    ),
    Planted("two layers", CAUSE, "friedman", FRIEDMAN.make),
)
