"""wrong-initialisation-scale: first weights that are far too large or far too small."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "wrong-initialisation-scale"


def normal(deviation: float) -> dict[str, object]:
    """An initialiser with weights of this deviation, however many inputs there are."""
    return {"class_name": "RandomNormal", "config": {"stddev": deviation}}


SGD = {"momentum": 0.9}
PLANTED = (
    Planted(
        "digits from weights of size 2", CAUSE, "digits", replace(DIGITS, hidden=(24, 24), kernel=normal(2.0)).make
    ),
    Planted("Friedman from weights of size 4", CAUSE, "friedman", replace(FRIEDMAN, l2=0, kernel=normal(4.0)).make),
    Planted(
        "half moons from weights of size 0.001",
        CAUSE,
        "moons",
        replace(MOONS, hidden=(16,) * 3, kernel=normal(1e-3), optimizer="SGD", settings=SGD, rate=0.05).make,
    ),
    Planted(
        "a wave from weights of size 0.001",
        CAUSE,
        "wave",
        replace(WAVE, kernel=normal(1e-3), optimizer="SGD", settings=SGD, rate=0.03).make,
    ),
    Planted(
        "tumours from saturated units",
        CAUSE,
        "cancer",
        replace(CANCER, activation="tanh", hidden=(16, 16), kernel=normal(5.0)).make,
    ),
)
NEAR_MISSES = (
    Planted("He's distribution", CAUSE, "friedman", replace(FRIEDMAN, kernel="he_normal").make),
    Planted("weights of size 0.05 that Adam gets over", CAUSE, "iris", replace(IRIS, kernel=normal(0.05)).make),
    Planted("orthogonal weights", CAUSE, "digits", replace(DIGITS, kernel="orthogonal").make),
)
