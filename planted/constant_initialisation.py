"""constant-initialisation: every unit of a layer starts the same and so stays the same."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.dead_units import constant
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, WINE, Training

CAUSE = "constant-initialisation"
SAME_UNITS = ("too-little-capacity", "dead-units")
LESS_AND_LESS = (0.2, 0.05, 0.0)
"""Equal units stay equal at any value; the smaller it is, the less gets through them, and from zeros nothing moves."""


def equal(
    name: str, data: str, training: Training, values: tuple[float, float, float] = LESS_AND_LESS
) -> tuple[Planted, ...]:
    """The training with all hidden kernels at one value."""
    return graded(
        name,
        CAUSE,
        data,
        lambda value: replace(training, kernel=constant(value)).make,
        values,
        SAME_UNITS,
        lambda _: training.make,
    )


PLANTED = (
    *equal("half moons from {}", "moons", MOONS),
    *equal("digits from {}", "digits", replace(DIGITS, hidden=(24, 24))),
    *equal("Friedman from {}", "friedman", FRIEDMAN),
    *equal("a wave from {}", "wave", WAVE),
    *equal("tumours from {}", "cancer", replace(CANCER, hidden=(16, 16)), (0.05, 0.02, 0.0)),
)
NEAR_MISSES = (
    Planted("orthogonal kernels", CAUSE, "wine", replace(WINE, kernel="orthogonal").make),
    Planted("equal biases of 0.1", CAUSE, "iris", replace(IRIS, bias=constant(0.1)).make),
    Planted(
        "small random kernels",
        CAUSE,
        "digits",
        replace(DIGITS, kernel={"class_name": "RandomNormal", "config": {"stddev": 0.1}}).make,
    ),
)
