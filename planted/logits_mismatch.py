"""logits-mismatch: the loss expects logits and gets probabilities, or the other way round."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, IRIS, WINE
from planted.noise_floor import clouds

CAUSE = "logits-mismatch"
SPARSE = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
BINARY = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}
PLANTED = (
    Planted("sigmoid taken for logits", CAUSE, "clouds", replace(CANCER, rows=clouds, loss=BINARY).make),
    Planted(
        "logits taken for probabilities",
        CAUSE,
        "wine",
        replace(WINE, output="linear").make,
        ("wrong-output-activation",),
    ),
    Planted(
        "a logit taken for a probability",
        CAUSE,
        "cancer",
        replace(CANCER, output="linear").make,
        ("wrong-output-activation",),
    ),
)
NEAR_MISSES = (
    Planted("logits for a loss that wants them", CAUSE, "wine", replace(WINE, output="linear", loss=SPARSE).make),
    Planted("a logit for a loss that wants it", CAUSE, "cancer", replace(CANCER, output="linear", loss=BINARY).make),
    Planted("softmax for a loss that wants it", CAUSE, "iris", IRIS.make),
)
