"""saturating-activations: sigmoids in depth, through which hardly any gradient reaches the first layers."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, RARE, WAVE, XOR, Training

CAUSE = "saturating-activations"
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""At less than half of the healthy training's rate, the same number of epochs is few once the gradients arrive."""


def sigmoids(
    name: str, data: str, training: Training, depths: tuple[int, int, int], also: tuple[str, ...] = ()
) -> tuple[Planted, ...]:
    """The training through so many hidden layers of sigmoids, and no penalty, which would hold them back as well.

    Before the fault, as many layers had the training's own activation.
    """

    def through(depth: int) -> Training:
        return replace(training, hidden=(16,) * depth, l2=0)

    return graded(
        name,
        CAUSE,
        data,
        lambda depth: replace(through(depth), activation="sigmoid").make,
        depths,
        (*also, *training.kept_away),
        lambda depth: through(depth).make,
    )


PLANTED = (
    *sigmoids("digits through {} sigmoids", "digits", replace(DIGITS, rate=3e-3), (3, 4, 5), SLOW),
    *sigmoids("half moons through {} sigmoids", "moons", replace(MOONS, rate=2e-3), (4, 5, 6), SLOW),
    *sigmoids("Friedman through {} sigmoids", "friedman", FRIEDMAN, (4, 5, 6)),
    *sigmoids("a wave through {} sigmoids", "wave", WAVE, (5, 6, 7)),
    *sigmoids("a rare digit through {} sigmoids", "rare digit", RARE, (3, 4, 5)),
)
NEAR_MISSES = (
    Planted("one hidden sigmoid layer", CAUSE, "iris", replace(IRIS, activation="sigmoid", rate=0.05).make),
    Planted("two hidden tanh layers", CAUSE, "xor", replace(XOR, hidden=(8, 8), activation="tanh").make),
)
