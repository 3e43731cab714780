"""Preparation of inputs and targets, fitted on training rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.recipe import InputStep

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fitted step.

    Attributes:
        step: what it does.
        centre: per column: the median that fills gaps, or the mean that is subtracted.
        scale: per column: the deviation to divide by; ones for "impute".
    """

    step: InputStep
    centre: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Prepare rows, shape (n, …) → same shape, float32."""
        x = np.asarray(x, dtype=np.float32)
        if self.step == "impute":
            return np.where(np.isfinite(x), x, self.centre).astype(np.float32)
        return ((x - self.centre) / self.scale).astype(np.float32)


def _columns(x: Array) -> tuple[int, ...]:
    """Axes to average over: all but the last (columns, channels)."""
    return tuple(range(x.ndim - 1)) if x.ndim > 1 else (0,)


def fit_inputs(steps: tuple[InputStep, ...], x: Array) -> tuple[Fitted, ...]:
    """Fit the steps in order on training rows.

    Args:
        steps: what to do.
        x: training inputs, shape (n, …), numeric.
    """
    fitted: list[Fitted] = []
    for step in steps:
        finite = np.where(np.isfinite(x), x, np.nan).astype(np.float64)
        axes = _columns(x)
        if step == "impute":
            with np.errstate(all="ignore"):
                empty = np.all(np.isnan(finite), axis=axes)
                centre = np.nanmedian(np.where(empty, 0.0, finite), axis=axes)
            new = Fitted(step, centre.astype(np.float32), np.ones_like(centre, dtype=np.float32))
        else:
            empty = np.all(np.isnan(finite), axis=axes)
            filled = np.where(empty, 0.0, finite)
            deviation = np.nanstd(filled, axis=axes)
            scale = np.where(deviation > 1e-12, deviation, 1.0)
            new = Fitted(step, np.nanmean(filled, axis=axes).astype(np.float32), scale.astype(np.float32))
        fitted.append(new)
        x = new.apply(x)
    return tuple(fitted)


def prepare(fitted: tuple[Fitted, ...], x: Array) -> Array:
    """Apply fitted steps in order."""
    for step in fitted:
        x = step.apply(x)
    return x


def fit_targets(y: Array) -> tuple[Array, Array]:
    """Mean and deviation of numeric training targets, by column, shape (1, d) each."""
    flat = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    deviation = np.nanstd(flat, axis=0, keepdims=True)
    return np.nanmean(flat, axis=0, keepdims=True), np.where(deviation > 1e-12, deviation, 1.0)
