"""What one layer does on a sample of training rows, before and after training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lossclinic.core.threat import Threat

Measurement = Literal["preflight", "breakdown", "threshold"] | Threat
"""Further looks into one training: a `core.preflight.Preflight`, a `Breakdown` or, for a threat, an `Attack`."""


@dataclass(frozen=True)
class Breakdown:
    """The first number of a training that is not finite.

    Attributes:
        epoch: in which epoch (1-based).
        step: in which update of the epoch (1-based).
        tensor: what it is in: "input", "target", "activation", "loss", "gradient" or "weight".
        layer: name of the first layer with such an output or gradient; "" for none.
        rows: rows of the case's data that bring it about, five at most; () where no single row does.
        largest: largest size of a weight before that update.
        growth: that, over the largest size of a fresh weight.
        activation: largest size of a finite activation in that update; NaN where none is.
    """

    epoch: int
    step: int
    tensor: str
    layer: str = ""
    rows: tuple[int, ...] = ()
    largest: float = 0.0
    growth: float = 1.0
    activation: float = math.nan


@dataclass(frozen=True)
class Strength:
    """What one size of attack leaves of a trained network.

    Attributes:
        factor: the size, as a multiple of the threat's; 0 for rows as they are.
        right: share of rows that are still answered right.
        score: yardstick on the moved rows.
    """

    factor: float
    right: float
    score: float


@dataclass(frozen=True)
class Attack:
    """How a trained network answers when its inputs are moved in the direction that hurts most.

    Attributes:
        threat: how far they may be moved.
        rows: rows that were asked.
        random: share of rows answered right after moves of the threat's size with signs at random.
        efforts: (gradient steps, share of rows answered right) of attacks of the threat's size.
        sweep: sizes from 0 to beyond the threat's, ascending.
        unbounded: share of rows that no attack turned round, however far it went.
    """

    threat: Threat
    rows: int
    random: float
    efforts: tuple[tuple[int, float], ...]
    sweep: tuple[Strength, ...]
    unbounded: float

    @property
    def clean(self) -> float:
        """Share of rows that are answered right as they are."""
        return self.sweep[0].right

    @property
    def moved(self) -> float:
        """Share of rows that are answered right under the attack of the threat's size."""
        return next(each.right for each in self.sweep if each.factor == 1)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Attack:
        """The same from its plain data (`core.canonical.plain`)."""
        return cls(
            threat=Threat(**values["threat"]),
            rows=int(values["rows"]),
            random=float(values["random"]),
            efforts=tuple((int(steps), float(right)) for steps, right in values["efforts"]),
            sweep=tuple(Strength(**{name: float(value) for name, value in each.items()}) for each in values["sweep"]),
            unbounded=float(values["unbounded"]),
        )


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
        gradient_power: squared length of its kernel's gradient over all rows, without what noise adds to it (so it may
            be a little below 0); NaN where it was not measured.
        gradient_variance: variance of a single row's gradient, summed over the kernel; NaN likewise.
        per_step: by how much one step of a plain recurrent layer that nothing bounds (no tanh, no gates) multiplies its
            state at most: the largest singular value of its recurrent kernel; 0 for others.
        steps: how many steps the layer takes; 0 for others.
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
    gradient_power: float = math.nan
    gradient_variance: float = math.nan
    per_step: float = 0.0
    steps: float = 0.0

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
