"""What was seen of one fit so far. Epochs and steps count from 1, as people do; steps over the whole fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_LOOKS = 2000
"""Looks grow rarer by a hundredth of the steps so far, so that even a billion steps stay below this."""
FEWEST_ROWS = 8
"""A step of fewer rows says too little about the loss: they may have been easy ones."""


@dataclass(frozen=True)
class Look:
    """One update seen from close by: the weights before and after it.

    Attributes:
        epoch: in which epoch.
        step: the update's number.
        seconds: since the fit began.
        loss: of this step's rows alone, penalties included; None where the model keeps no running mean of it.
        rows: rows of this step; None likewise.
        rate: the learning rate; None where it follows a schedule.
        updates: layer → size (Euclidean norm) of the change of its kernel over the size of the kernel.
        gradients: layer → root mean square of the gradient of its kernel; empty where the optimizer keeps none.
        still: layer → share of its units that have not moved over the last `measure.LOOKS_UNMOVED` looks.
        moved: whether any weight changed, biases included.
    """

    epoch: int
    step: int
    seconds: float
    loss: float | None = None
    rows: float | None = None
    rate: float | None = None
    updates: Mapping[str, float] = field(default_factory=dict[str, float])
    gradients: Mapping[str, float] = field(default_factory=dict[str, float])
    still: Mapping[str, float] = field(default_factory=dict[str, float])
    moved: bool = True

    @property
    def largest(self) -> float:
        """The largest relative update of a layer; 0 where none is known."""
        return max(self.updates.values(), default=0.0)


@dataclass(frozen=True)
class Stretch:
    """The mean training loss over the steps up to this one, and from the stretch before it on."""

    epoch: int
    step: int
    loss: float


@dataclass(frozen=True)
class Epoch:
    """What fit said at the end of an epoch; `val_loss` is None without validation rows."""

    epoch: int
    step: int
    loss: float
    val_loss: float | None = None


@dataclass(frozen=True)
class Activity:
    """What the sample rows did to the layers at the end of an epoch.

    Attributes:
        epoch: after how many epochs; 0 before the first.
        rows: rows of the sample.
        dead: rectifying layer → share of its units that are above zero on no row.
        flat: layer with bounded activation → share of its values within 2 % of a bound.
    """

    epoch: int
    rows: int
    dead: Mapping[str, float] = field(default_factory=dict[str, float])
    flat: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Broken:
    """The moment at which the loss stopped to be a number.

    Attributes:
        epoch: in which epoch.
        step: the first step whose running mean was not finite.
        layers: layers whose weights are not finite either, in the order of the model.
        of: how many layers have weights.
    """

    epoch: int
    step: int
    layers: tuple[str, ...] = ()
    of: int = 0


@dataclass
class Record:
    """Everything that the rules may ask about one fit.

    Attributes:
        activations: layer → name of its activation ("linear" where it has none), in the order of the model.
        trainable: whether any weight is trainable.
        planned: steps that the fit will take; None where that is not known.
        continued: whether the optimizer had made steps before this fit.
        looks: updates seen from close by.
        stretches: mean losses of stretches of steps; an epoch's end ends a stretch.
        epochs: what fit said at the ends of epochs.
        activity: what the sample did, where there is one.
        broken: when the loss stopped to be a number; None while it is one.
    """

    activations: Mapping[str, str] = field(default_factory=dict[str, str])
    trainable: bool = True
    planned: int | None = None
    continued: bool = False
    looks: list[Look] = field(default_factory=list[Look])
    stretches: list[Stretch] = field(default_factory=list[Stretch])
    epochs: list[Epoch] = field(default_factory=list[Epoch])
    activity: list[Activity] = field(default_factory=list[Activity])
    broken: Broken | None = None

    def add(self, look: Look) -> None:
        """Keep a look; where there are very many, forget every second one of the older half."""
        self.looks.append(look)
        if len(self.looks) > MOST_LOOKS:
            half = MOST_LOOKS // 2
            self.looks[:half] = self.looks[:half:2]

    @property
    def started_at(self) -> float | None:
        """The loss that training began with: of the first step if it has enough rows, or the first stretch's mean.

        None where that cannot be told, or where the fit goes on with a training: what it begins with may be all there
        is to learn, or next to nothing, and says nothing about how far the loss could rise or fall.
        """
        if self.continued:
            return None
        first = next(iter(self.looks), None)
        if first is not None and first.step == 1 and first.loss and (first.rows or 0) >= FEWEST_ROWS:
            return first.loss
        loss = next((stretch.loss for stretch in self.stretches), math.nan)
        return loss if math.isfinite(loss) else None

    @property
    def fallen(self) -> float | None:
        """By which share the training loss has fallen from its start; None where that cannot be told."""
        start = self.started_at
        if not start or start <= 0 or not self.stretches:
            return None
        return (start - min(stretch.loss for stretch in self.stretches[-3:])) / start
