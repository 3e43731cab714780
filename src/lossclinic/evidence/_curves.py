"""The shape of one curve over the epochs: falls, swings and its lowest point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def fall(before: float, after: float, tiny: float) -> float:
    """Relative fall from one value to another; `tiny` is what the loss must be above to be worth anything."""
    scale = abs(before) + tiny
    return (before - after) / scale if scale > 0 else 0.0


def late_fall(epochs: Sequence[int], curve: Sequence[float] | Array, tiny: float) -> float:
    """Fall of the least-squares line through the last quarter of the epochs, but at least three points of it."""
    x, y = np.asarray(epochs, dtype=float), np.asarray(curve, dtype=float)
    count = max(int(np.sum(x >= x[-1] - 0.25 * (x[-1] - x[0]))), min(3, len(x)))
    x, y = x[-count:], y[-count:]
    if count < 2 or not np.all(np.isfinite(y)):
        return 0.0
    slope, _ = np.polyfit(x - x.mean(), y, 1)
    half = slope * (x[-1] - x[0]) / 2
    return fall(float(y.mean() - half), float(y.mean() + half), tiny)


def smooth(curve: Sequence[float] | Array) -> Array:
    """Running median over a twentieth of the curve: one lucky epoch is not the lowest point."""
    values = np.asarray(curve, dtype=float)
    reach = len(values) // 40
    if not reach:
        return values
    padded = np.pad(values, reach, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)


def swings(curve: Array) -> float:
    """Deviation of a curve around its own trend, from the differences of differences; needs three values.

    The second difference of white noise has six times its variance, and that of a steady fall is 0.
    """
    return float(np.sqrt(np.mean(np.diff(curve, 2) ** 2) / 6))


def oscillation(curve: Sequence[float] | Array, tiny: float) -> float:
    """Deviation of the second half around its own trend, over its level."""
    late = np.asarray(curve[len(curve) // 2 :], dtype=float)
    if len(late) < 4:
        return 0.0
    return swings(late) / (float(np.median(np.abs(late))) + tiny or 1.0)
