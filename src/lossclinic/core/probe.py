"""What one layer does on a sample of training rows, before and after training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class LayerProbe:
    """Measurements of one layer with weights (Dense, convolution, recurrent).

    Attributes:
        layer: its name.
        class_name: its Keras class.
        activation: what follows its weights (its own activation or that of the activation layer behind it).
        at: "start" (fresh weights) or "end" (after the recipe's training).
        output_std: deviation of its activated outputs over rows and units.
        saturated: share of activated outputs in the flat part of sigmoid (< .02 or > .98) or tanh (|a| > .96);
            0 for others.
        dead: share of units that put out exactly 0 for every sampled row (ReLU family); 0 for others.
        gradient_rms: root mean square of the loss gradient with respect to its kernel.
        weight_rms: root mean square of its kernel.
        update_ratio: root mean square of one optimizer update of its kernel, over weight_rms.
        identical_units: share of units whose kernel column equals another unit's (symmetry that training cannot break).
        fan_in: inputs that each unit weighs (positions times channels for a convolution); 0 where not measured.
        fan_out: units that each input reaches, counted likewise.
    """

    layer: str
    class_name: str
    activation: str
    at: Literal["start", "end"]
    output_std: float
    saturated: float
    dead: float
    gradient_rms: float
    weight_rms: float
    update_ratio: float
    identical_units: float
    fan_in: float = 0.0
    fan_out: float = 0.0

    @property
    def initial_width(self) -> float | None:
        """Deviation of the kernel over the one that LeCun (1 / inputs) or Glorot (2 / (inputs + outputs)) would give.

        Of the two the nearer one; about 1.4 for He's. None where it was not measured.
        """
        if not self.fan_in or self.weight_rms <= 0:
            return None
        both = (self.weight_rms * math.sqrt(fan) for fan in (self.fan_in, (self.fan_in + self.fan_out) / 2))
        return min(both, key=lambda width: abs(math.log(width)))

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> LayerProbe:
        """The same from its plain data (`core.canonical.plain`)."""
        numbers: dict[str, Any] = {name: v if name in WORDS else float(v) for name, v in values.items()}
        return cls(**numbers)


WORDS = ("layer", "class_name", "activation", "at")
"""Attributes of a probe that are no numbers."""
