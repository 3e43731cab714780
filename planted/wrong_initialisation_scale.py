"""wrong-initialisation-scale: first weights that are far too large or far too small."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from planted.case import Planted, broken
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "wrong-initialisation-scale"


def normal(deviation: float) -> dict[str, object]:
    """An initialiser with weights of this deviation, however many inputs there are."""
    return {"class_name": "RandomNormal", "config": {"stddev": deviation}}


MOMENTUM: dict[str, Any] = {"optimizer": "SGD", "settings": {"momentum": 0.9}}


sized = partial(broken, CAUSE, lambda size: {"kernel": normal(size)})
"""The training from hidden weights of these sizes."""


PLANTED = (
    *sized("digits from weights of size {}", "digits", replace(DIGITS, hidden=(24, 24)), (3.0, 4.0, 6.0)),
    *sized(
        "Friedman from weights of size {}", "friedman", replace(FRIEDMAN, l2=0), (1.0, 2.0, 4.0), FRIEDMAN.kept_away
    ),
    *sized(
        "half moons from weights of size {}",
        "moons",
        replace(MOONS, hidden=(16,) * 3, rate=0.05, **MOMENTUM),
        (0.02, 0.01, 0.001),
    ),
    *sized("a wave from weights of size {}", "wave", replace(WAVE, rate=0.03, **MOMENTUM), (0.01, 0.003, 0.001)),
    *sized(
        "tumours from units saturated by weights of size {}",
        "cancer",
        replace(CANCER, activation="tanh", hidden=(16, 16)),
        (3.0, 5.0, 10.0),
    ),
)
NEAR_MISSES = (
    Planted("He's distribution", CAUSE, "friedman", replace(FRIEDMAN, kernel="he_normal").make),
    Planted("weights of size 0.05 that Adam gets over", CAUSE, "iris", replace(IRIS, kernel=normal(0.05)).make),
    Planted("orthogonal weights", CAUSE, "digits", replace(DIGITS, kernel="orthogonal").make),
)
