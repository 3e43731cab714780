"""What evidence and experiments may ask of whatever trains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lossclinic.core.canonical import Json
from lossclinic.core.probe import LayerProbe, Measurement
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Run, Trial
from lossclinic.core.yardstick import Yardstick


@dataclass(frozen=True)
class Limit:
    """How far trainings may go, whichever comes first.

    Attributes:
        moment: `time.monotonic()` after which none goes on.
        trials: how many there may be in all, counted from the first; none begins beyond.
    """

    moment: float = math.inf
    trials: float = math.inf


class Lab(Protocol):
    """Trains recipes on one case's rows, within the budget."""

    @property
    def yardstick(self) -> Yardstick:
        """The score that decides for this case."""
        ...

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        """Train the runs and return their trials in the same order; a run already trained costs nothing.

        A run that the budget does not allow comes back as failed with the reason `NO_TIME`.
        """
        ...

    def limit(self, until: Limit) -> None:
        """Let trainings go so far and no further, so that later stages get their share; never beyond the budget."""
        ...

    def probe(self, recipe: Recipe, seed: int) -> tuple[LayerProbe, ...]:
        """Measure every layer with weights on a sample of training rows, at the start and at the end of training."""
        ...

    def measure(self, what: Measurement, recipe: Recipe, seed: int) -> Json | None:
        """Another look into one training, as plain data; None where it cannot be had."""
        ...

    def recall(self, what: str) -> Any:
        """What an earlier run on the same rows kept under this name, as plain data; None where there is nothing."""
        ...

    def remember(self, what: str, value: Any) -> None:
        """Keep something for later runs on the same rows; numbers come back as numbers, tuples as lists."""
        ...


LONG = 0.0125
"""A sweep of twelve learning rates takes 15 % of the time."""


@dataclass(frozen=True)
class Baseline:
    """Several trainings of one recipe: the yardstick's spread for everything else.

    Attributes:
        trials: one for each seed, failed ones included.
        seeds: their seeds.
        share: of the time for experiments, over all workers, that one training takes.
    """

    trials: tuple[Trial, ...]
    seeds: tuple[int, ...]
    share: float = 0.005

    @property
    def is_long(self) -> bool:
        """Whether evidence must be sparing."""
        return self.share > LONG

    @property
    def good(self) -> tuple[Trial, ...]:
        """The trials that did not fail."""
        return tuple(trial for trial in self.trials if not trial.failed)

    @property
    def held_out(self) -> float:
        """Median yardstick on held-out rows at the chosen epoch; infinite if all failed."""
        return float(np.median([t.held_out for t in self.good])) if self.good else float("inf")

    @property
    def train(self) -> float:
        """Median yardstick on training rows at the chosen epoch; infinite if all failed."""
        return float(np.median([t.train for t in self.good])) if self.good else float("inf")

    @property
    def spread(self) -> float:
        """Standard deviation of the held-out score over seeds; 0 for fewer than two good trials."""
        return float(np.std([t.held_out for t in self.good], ddof=1)) if len(self.good) > 1 else 0.0

    def curve(self, name: str) -> tuple[float, ...]:
        """Median over seeds of one of the trials' arrays ("train_loss", "held_out_score", …)."""
        rows = [getattr(trial, name) for trial in self.good]
        shortest = min((len(row) for row in rows), default=0)
        if not shortest:
            return ()
        return tuple(float(v) for v in np.median([row[:shortest] for row in rows], axis=0))
