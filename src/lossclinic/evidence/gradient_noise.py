"""How noisy the gradient of a batch is, and how many rows it would take to halve that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lossclinic.core.probe import LayerProbe
from lossclinic.evidence.layers import Layers


@dataclass(frozen=True)
class GradientNoise:
    """The simple noise scale: rows in a batch whose gradient is half noise (by squared length).

    A larger batch gives a surer direction up to about this many rows, and hardly more beyond.

    Attributes:
        start: with fresh weights; infinite where the sample holds no sign of a gradient beside its noise, None where
            it was not measured.
        end: after training, likewise.
    """

    start: float | None = None
    end: float | None = None

    @property
    def scale(self) -> float | None:
        """The one with fresh weights, where a gradient stands out from its noise; it only grows from there."""
        return self.start


def gradient_noise(layers: Layers) -> GradientNoise:
    """Put the layers' gradients together: trace of the covariance over squared length.

    Args:
        layers: probes of the layers, before and after training.

    References:
        McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018), section 2.2.
    """
    return GradientNoise(_scale(layers.start), _scale(layers.end))


def _scale(probes: Sequence[LayerProbe]) -> float | None:
    known = [p for p in probes if math.isfinite(p.gradient_power) and math.isfinite(p.gradient_variance)]
    if not known:
        return None
    power, variance = (sum(getattr(p, name) for p in known) for name in ("gradient_power", "gradient_variance"))
    if variance <= 0:
        return 0.0
    return variance / power if power > 0 else math.inf
