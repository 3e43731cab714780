"""Axes: from values to positions, with ticks where a reader expects them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LOG_FROM = 20.0
"""Values that span more than this ratio are drawn on a log axis."""
DEEPEST = 1e8
"""A log axis shows at most this ratio below its top, so that one exact zero does not flatten the rest."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Position of a value as a share of the axis, clipped to [0, 1]."""
        low, high = self._place(self.low), self._place(self.high)
        return min(max((self._place(value) - low) / (high - low), 0.0), 1.0)

    def _place(self, value: float) -> float:
        return math.log10(max(value, self.low, 1e-300)) if self.log else value

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Round values on the axis, about that many."""
        return self._log_ticks(about) if self.log else self._linear_ticks(about)

    def _linear_ticks(self, about: int) -> tuple[float, ...]:
        raw = (self.high - self.low) / about
        power = 10 ** math.floor(math.log10(raw))
        step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(float(f"{i * step:.9g}") for i in range(first, last + 1))

    def _log_ticks(self, about: int) -> tuple[float, ...]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for marks in ((1, 2, 5), (1, 3), (1,)):
            ticks = [m * 10.0**e for e in range(first, last + 1) for m in marks]
            ticks = [t for t in ticks if self.low * 0.999 <= t <= self.high * 1.001]
            if len(ticks) <= about + 2:
                return tuple(ticks)
        return tuple(ticks[:: math.ceil(len(ticks) / about)])


def fit_scale(values: Iterable[float], *, floor: float | None = None) -> Scale:
    """An axis with a little air around the finite values.

    Args:
        values: what must be visible; non-finite values are left out.
        floor: the linear axis starts no lower than this and reaches it when near (0 for errors).
    """
    finite = sorted(v for v in values if math.isfinite(v))
    if not finite:
        return Scale(0.0, 1.0)
    low, high = finite[0], finite[-1]
    positive = [v for v in finite if v > 0]
    if positive and low >= 0 and high > LOG_FROM * positive[0]:
        bottom = max(positive[0], high / DEEPEST)
        air = (high / bottom) ** 0.05
        return Scale(bottom / air, high * air, log=True)
    spread = high - low
    air = spread * 0.06 if spread > 1e-6 * abs(high) else abs(high) * 0.1 or 1.0
    bottom = low - air
    if floor is not None and low >= floor and (bottom < floor or low - floor < 0.35 * (high - floor)):
        bottom = floor
    return Scale(bottom, high + air)
