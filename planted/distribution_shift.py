"""distribution-shift: the rows given for validation come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Array, Table
from planted.healthy import CANCER, FRIEDMAN, IRIS, MOONS, Training
from planted.tasks import DIGIT_PICTURES, RHYTHMS, digit_pictures, rhythms
from planted.unshuffled_split import by_idle_column, by_target

CAUSE = "distribution-shift"


def measured_elsewhere(rows: Callable[[int], Table], change: Callable[[Array], Array]) -> Callable[[int], Table]:
    """The same rows, the last fifth of them with other inputs: these are given for validation."""

    def joined(seed: int) -> Table:
        x, y = rows(seed)
        cut = len(x) - round(0.2 * len(x))
        return np.concatenate([x[:cut], change(x[cut:]).astype(np.float32)]), y

    return joined


def given(training: Training, rows: Callable[[int], Table]) -> Training:
    """The training with its last fifth of rows as `validation_data`."""
    return replace(training, rows=rows, validation="given")


def handed_over(make: Callable[[int], Material]) -> Callable[[int], Material]:
    """A training whose `validation_split` becomes `validation_data` with the same rows."""

    def apart(seed: int) -> Material:
        made = make(seed)
        fit = dict(made.fit)
        cut = len(made.x) - round(fit.pop("validation_split") * len(made.x))
        return replace(
            made, x=made.x[:cut], y=made.y[:cut], fit={**fit, "validation_data": (made.x[cut:], made.y[cut:])}
        )

    return apart


def tumours(strength: float) -> Callable[[int], Material]:
    """Another laboratory, whose instruments show more."""
    return given(CANCER, measured_elsewhere(data.cancer, lambda x: (1 + 0.5 * strength) * x + strength)).make


def half_moons(distance: float) -> Callable[[int], Material]:
    """Points for validation that are moved by this much in one direction, and half as much in the other."""
    return given(MOONS, measured_elsewhere(data.moons, lambda x: x + distance * np.array([1, 0.5]))).make


def grainy(deviation: float) -> Callable[[int], Material]:
    """Pictures for validation from a camera with noise."""

    def add(x: Array) -> Array:
        return x + np.random.default_rng(51).normal(0, deviation, x.shape)

    return handed_over(replace(DIGIT_PICTURES, rows=measured_elsewhere(digit_pictures, add)).make)


def drifting(drift: float) -> Callable[[int], Material]:
    """Waves for validation from a sensor that drifts by this much from the first step to the last."""

    def add(x: Array) -> Array:
        return x + drift * np.linspace(0, 1, x.shape[1])[:, None]

    return handed_over(replace(RHYTHMS, rows=measured_elsewhere(rhythms, add)).make)


STOPS_EARLY = ("too-few-epochs", "too-many-epochs")
"""What a stop rule that watches other rows leads to."""
PLANTED = (
    *graded("another laboratory, by {}", CAUSE, "cancer", tumours, (0.4, 0.8, 1.6), STOPS_EARLY),
    *graded("half moons moved by {}", CAUSE, "moons", half_moons, (0.5, 1.0, 2.0), STOPS_EARLY),
    *graded("grain of {} in the pictures", CAUSE, "digit pictures", grainy, (0.15, 0.3, 0.6), STOPS_EARLY),
    *graded("a sensor that drifts by {}", CAUSE, "rhythms", drifting, (1.0, 2.0, 4.0), STOPS_EARLY),
)
NEAR_MISSES = (
    Planted("random rows given", CAUSE, "cancer", replace(CANCER, validation="given").make),
    Planted("sorted by an idle column", CAUSE, "friedman", replace(FRIEDMAN, rows=by_idle_column).make),
    Planted("species in order", CAUSE, "iris", replace(IRIS, rows=by_target(data.iris), share=0.3).make),
)
