"""wrong-initialisation-scale: first weights that are far too large or far too small."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "wrong-initialisation-scale"


def normal(deviation: float) -> dict[str, object]:
    """An initialiser with weights of this deviation, however many inputs there are."""
    return {"class_name": "RandomNormal", "config": {"stddev": deviation}}


SGD = {"momentum": 0.9}
PLANTED = (
    *graded(
        "digits from weights of size {}",
        CAUSE,
        "digits",
        lambda size: replace(DIGITS, hidden=(24, 24), kernel=normal(size)).make,
        (3.0, 4.0, 6.0),
    ),
    *graded(
        "Friedman from weights of size {}",
        CAUSE,
        "friedman",
        lambda size: replace(FRIEDMAN, l2=0, kernel=normal(size)).make,
        (1.0, 2.0, 4.0),
        FRIEDMAN.kept_away,
    ),
    *graded(
        "half moons from weights of size {}",
        CAUSE,
        "moons",
        lambda size: (
            replace(MOONS, hidden=(16,) * 3, kernel=normal(size), optimizer="SGD", settings=SGD, rate=0.05).make
        ),
        (0.02, 0.01, 0.001),
    ),
    *graded(
        "a wave from weights of size {}",
        CAUSE,
        "wave",
        lambda size: replace(WAVE, kernel=normal(size), optimizer="SGD", settings=SGD, rate=0.03).make,
        (0.01, 0.003, 0.001),
    ),
    *graded(
        "tumours from units saturated by weights of size {}",
        CAUSE,
        "cancer",
        lambda size: replace(CANCER, activation="tanh", hidden=(16, 16), kernel=normal(size)).make,
        (3.0, 5.0, 10.0),
    ),
)
NEAR_MISSES = (
    Planted("He's distribution", CAUSE, "friedman", replace(FRIEDMAN, kernel="he_normal").make),
    Planted("weights of size 0.05 that Adam gets over", CAUSE, "iris", replace(IRIS, kernel=normal(0.05)).make),
    Planted("orthogonal weights", CAUSE, "digits", replace(DIGITS, kernel="orthogonal").make),
)
