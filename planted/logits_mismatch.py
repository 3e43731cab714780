"""logits-mismatch: the loss expects logits and gets probabilities, or the other way round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, IRIS, WINE, Training
from planted.noise_floor import clouds
from planted.tasks import THEMES, Shaped

CAUSE = "logits-mismatch"
SPARSE = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
BINARY = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}
SOFTMAX = ("wrong-output-activation",)
"""Logits where probabilities are due are mended by the softmax or sigmoid as well as by `from_logits=True`."""


def halves(seed: int) -> Table:
    """The diabetes patients; whether the disease got further than in the middle one of them."""
    x, y = data.raw_diabetes(seed)
    return x, (y > np.median(y)).astype(np.int64)


def taken_for_logits(training: Shaped) -> Callable[[int], Material]:
    """The training with a cross-entropy that squeezes the probabilities once more."""

    def make(seed: int) -> Material:
        import keras

        given = training.make(seed)
        given.model.compile(given.model.optimizer, keras.losses.get(BINARY))
        return given

    return make


HALVES = Training(halves, 1, "sigmoid", "binary_crossentropy", hidden=(8,), l2=0.01, rate=5e-3)
CLOUDS = replace(CANCER, rows=clouds)
SMALL_TO_LARGE = (0.002, 0.005, 0.01)
"""A sigmoid that is squeezed again is drawn to 0 and 1; the longer the steps, the further it gets."""
PLANTED = (
    *graded(
        "sigmoid taken for logits, clouds at {}",
        CAUSE,
        "clouds",
        lambda r: replace(CLOUDS, loss=BINARY, rate=r).make,
        SMALL_TO_LARGE,
    ),
    *graded(
        "sigmoid taken for logits, diabetes at {}",
        CAUSE,
        "diabetes",
        lambda r: replace(HALVES, loss=BINARY, rate=r).make,
        SMALL_TO_LARGE,
    ),
    *graded(
        "sigmoids taken for logits, themes at {}",
        CAUSE,
        "themes",
        lambda r: taken_for_logits(replace(THEMES, rate=r)),
        SMALL_TO_LARGE,
    ),
    *graded(
        "logits taken for probabilities, wine at {}",
        CAUSE,
        "wine",
        lambda r: replace(WINE, output="linear", rate=r).make,
        (0.03, 0.01, 0.003),
        SOFTMAX,
    ),
    *graded(
        "logits taken for probabilities, iris at {}",
        CAUSE,
        "iris",
        lambda r: replace(IRIS, output="linear", rate=r).make,
        (0.03, 0.01, 0.003),
        SOFTMAX,
    ),
)
NEAR_MISSES = (
    Planted("logits for a loss that wants them", CAUSE, "wine", replace(WINE, output="linear", loss=SPARSE).make),
    Planted("a logit for a loss that wants it", CAUSE, "cancer", replace(CANCER, output="linear", loss=BINARY).make),
    Planted("softmax for a loss that wants it", CAUSE, "iris", IRIS.make),
)
