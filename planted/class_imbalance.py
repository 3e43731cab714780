"""class-imbalance: one class is rare and the training does nothing about it."""

from __future__ import annotations

from dataclasses import replace

from planted import data
from planted.case import Planted
from planted.healthy import CANCER, IRIS, RARE

CAUSE = "class-imbalance"
PLANTED = (
    Planted("7 % eights", CAUSE, "rare digit", replace(RARE, class_weight=None).make),
    Planted(
        "a topmost sixteenth",
        CAUSE,
        "rare Friedman",
        replace(RARE, rows=data.rare_friedman, class_weight=None, l2=0.01).make,
    ),
    Planted(
        "5 % of an overlapping cloud",
        CAUSE,
        "rare cloud",
        replace(RARE, rows=data.rare_cloud, class_weight=None, l2=0.01).make,
    ),
)
NEAR_MISSES = (
    Planted("7 % eights, weighted", CAUSE, "rare digit", RARE.make),
    Planted(
        "5 % of a cloud, weighted",
        CAUSE,
        "rare cloud",
        replace(RARE, rows=data.rare_cloud, class_weight={0: 0.525, 1: 10.5}).make,
    ),
    Planted("63 % benign", CAUSE, "cancer", CANCER.make),
    Planted("three equal classes", CAUSE, "iris", IRIS.make),
)
