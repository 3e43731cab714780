"""bottleneck-layer: one narrow layer between wide ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted.case import Material, Planted, graded
from planted.healthy import DIGITS, FRIEDMAN, IRIS, WAVE
from planted.tasks import DIGIT_PICTURES

CAUSE = "bottleneck-layer"
SAME = ("too-little-capacity", "dead-units")
"""The narrow layer is short of units, and one that never fires is a large part of it."""
WIDE = 48
"""Units of the layer behind the narrow one, before pictures."""


def tapped(units: int) -> Callable[[int], Material]:
    """Pictures through a convolution, a narrow layer and a wide one."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        first = [layers.Conv2D(12, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
        narrow, wide = layers.Dense(units, activation="relu", name="narrow"), layers.Dense(WIDE, activation="relu")
        return Sequential([inputs, *first, narrow, wide, layers.Dense(10, activation="softmax")])

    return replace(DIGIT_PICTURES, build=build).make


PLANTED = (
    *graded(
        "digits through {} of forty units",
        CAUSE,
        "digits",
        lambda units: replace(DIGITS, hidden=(40, units, 40)).make,
        (4, 3, 2),
        SAME,
        lambda _: replace(DIGITS, hidden=(40, 40, 40)).make,
    ),
    *graded(
        "Friedman through {} units",
        CAUSE,
        "friedman",
        lambda units: replace(FRIEDMAN, hidden=(units, 24, 24)).make,
        (3, 2, 1),
        SAME,
        lambda _: replace(FRIEDMAN, hidden=(24, 24, 24)).make,
    ),
    *graded(
        "a wave through {} units",
        CAUSE,
        "wave",
        lambda units: replace(WAVE, hidden=(24, units, 24)).make,
        (3, 2, 1),
        SAME,
        lambda _: replace(WAVE, hidden=(24, 24, 24)).make,
    ),
    *graded(
        "digit pictures through {} units",
        CAUSE,
        "digit pictures",
        tapped,
        (4, 3, 2),
        SAME,
        lambda _: tapped(WIDE),
    ),
)
NEAR_MISSES = (
    Planted("iris through two units", CAUSE, "iris", replace(IRIS, hidden=(16, 2, 16)).make),
    Planted("layers that taper", CAUSE, "friedman", replace(FRIEDMAN, hidden=(32, 16, 8)).make),
    Planted("a wave through four units", CAUSE, "wave", replace(WAVE, hidden=(24, 4, 24), activation="tanh").make),
)
