"""misleading-metric: what fit reports beside the loss says little about what is asked for."""

from __future__ import annotations

from dataclasses import replace

from planted import data
from planted.case import Planted
from planted.healthy import CANCER, DIABETES, FRIEDMAN, IRIS, RARE, WINE
from planted.wrong_loss import one_hot

CAUSE = "misleading-metric"
ONE_HOT_IRIS = replace(IRIS, rows=one_hot(data.iris), loss="categorical_crossentropy")
PLANTED = (
    Planted("accuracy of a rare digit", CAUSE, "rare digit", replace(RARE, metrics=("accuracy",)).make),
    Planted(
        "accuracy of rare floods",
        CAUSE,
        "rare Friedman",
        replace(RARE, rows=data.rare_friedman, metrics=("accuracy",)).make,
        ("noise-floor",),
    ),
    Planted("accuracy of a number", CAUSE, "diabetes", replace(DIABETES, metrics=("accuracy",)).make, ("noise-floor",)),
    Planted("species, column by column", CAUSE, "iris", replace(ONE_HOT_IRIS, metrics=("binary_accuracy",)).make),
    Planted(
        "growers read as one-hot rows",
        CAUSE,
        "wine",
        replace(WINE, metrics=("categorical_accuracy",)).make,
        ("noise-floor",),
    ),
)
NEAR_MISSES = (
    Planted("accuracy of even classes", CAUSE, "cancer", replace(CANCER, metrics=("accuracy",)).make),
    Planted(
        "accuracy of a rare digit beside its area", CAUSE, "rare digit", replace(RARE, metrics=("accuracy", "AUC")).make
    ),
    Planted("absolute error of a number", CAUSE, "friedman", replace(FRIEDMAN, metrics=("mae",)).make),
)
