"""The same training at learning rates around the recipe's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.gain import capped, log_gain
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Run, Trial

FACTORS = (0.01, 0.1, 1 / 3, 3.0, 10.0, 100.0)
FEW_FACTORS = (0.1, 10.0)
"""For a training so long that a full sweep would take too much of the budget, on one seed only."""
FURTHER = 2
"""How often the sweep goes on by a factor of ten where its best rate lies on its edge."""
SEEDS = 2
NOISE = 0.02
"""Another rate counts as the best one only if its log gain over the recipe's own is larger than this."""


@dataclass(frozen=True)
class Rate:
    """One learning rate, paired with the recipe's own on the same seeds.

    Attributes:
        rate: the learning rate.
        held_out: median held-out score, failed runs at ten times the trivial one.
        train: median training score, likewise.
        gain: mean log gain on held-out rows over the recipe's own rate; positive is better.
        train_gain: the same on training rows.
        always: whether every seed gained on held-out rows.
        failed: share of the runs that failed.
    """

    rate: float
    held_out: float
    train: float
    gain: float
    train_gain: float
    always: bool
    failed: float


@dataclass(frozen=True)
class LearningRates:
    """A sweep of the learning rate at full length.

    Attributes:
        current: the recipe's own rate; None where a schedule decides it.
        rates: all rates that were trained, ascending, the current one among them; () where there was no sweep.
        reason: why there was none; "" otherwise.
    """

    current: float | None
    rates: tuple[Rate, ...] = ()
    reason: str = ""

    @property
    def best(self) -> Rate | None:
        """The rate with the best held-out score; the recipe's own where none is better by more than noise."""
        own = self.own
        trained = [r for r in self.rates if r.failed < 1]
        if own is None or not trained:
            return None
        top = max(trained, key=lambda r: r.gain)
        return top if own.failed == 1 or top.gain > NOISE else own

    @property
    def best_rate(self) -> float | None:
        """The learning rate of `best`."""
        return self.best.rate if self.best else None

    @property
    def own(self) -> Rate | None:
        """The recipe's own rate."""
        return next((r for r in self.rates if r.rate == self.current), None)

    @property
    def lower(self) -> tuple[Rate, ...]:
        """Rates below the recipe's own."""
        return tuple(r for r in self.rates if self.current is not None and r.rate < self.current)

    @property
    def higher(self) -> tuple[Rate, ...]:
        """Rates above the recipe's own."""
        return tuple(r for r in self.rates if self.current is not None and r.rate > self.current)

    @property
    def failures_from(self) -> float | None:
        """The lowest rate from which on at least half of the runs fail; None where none does."""
        return next((r.rate for r in self.rates if r.failed >= 0.5), None)


def learning_rates(lab: Lab, recipe: Recipe, baseline: Baseline) -> LearningRates:
    """Train the recipe at 1/100 to 100 times its learning rate, on the first two screening seeds.

    Args:
        lab: trains; runs that are asked for again later cost nothing.
        recipe: what is trained.
        baseline: the recipe at its own rate; the sweep is short where its trainings are long.
    """
    now = recipe.learning_rate
    if now is None or now <= 0:
        return LearningRates(None, reason="a schedule decides the learning rate")
    pairs = zip(baseline.seeds, baseline.trials, strict=True)
    own = [(seed, trial) for seed, trial in pairs if trial.failed != NO_TIME][: 1 if baseline.is_long else SEEDS]
    if not own:
        return LearningRates(now, reason="there was no time to train")
    rates = [_rate(now, [trial for _, trial in own], [trial for _, trial in own], lab.yardstick.trivial)]
    rates += _train(lab, recipe, own, [now * factor for factor in (FEW_FACTORS if baseline.is_long else FACTORS)])
    if len(rates) == 1:
        return LearningRates(now, reason="there was no time to train at other learning rates")
    swept = LearningRates(now, _ascending(rates))
    for _ in range(FURTHER):
        beyond = _beyond(swept)
        if beyond is None:
            break
        more = _train(lab, recipe, own, [beyond])
        swept = LearningRates(now, _ascending([*swept.rates, *more]))
        if not more:
            break
    return swept


def _ascending(rates: Sequence[Rate]) -> tuple[Rate, ...]:
    return tuple(sorted(rates, key=lambda r: r.rate))


def _beyond(swept: LearningRates) -> float | None:
    """The next rate outside the sweep, where its best one lies on the edge."""
    best = swept.best
    if best is None or best is swept.own:
        return None
    if best is swept.rates[-1]:
        return 10 * best.rate
    return best.rate / 10 if best is swept.rates[0] else None


def _train(lab: Lab, recipe: Recipe, own: Sequence[tuple[int, Trial]], values: Sequence[float]) -> list[Rate]:
    """Train the recipe at other rates on the same seeds; rates without time are left out."""
    rounded = [float(f"{value:.2g}") for value in values]
    trials = iter(lab.train([Run(recipe.with_learning_rate(rate), seed) for rate in rounded for seed, _ in own]))
    rates: list[Rate] = []
    for value in rounded:
        done = [(b, a) for b, a in [(b, next(trials)) for _, b in own] if a.failed != NO_TIME]
        if done:
            rates.append(_rate(value, [b for b, _ in done], [a for _, a in done], lab.yardstick.trivial))
    return rates


def _rate(rate: float, before: Sequence[Trial], after: Sequence[Trial], trivial: float) -> Rate:
    pairs = list(zip(before, after, strict=True))
    gains = [log_gain(b.held_out, a.held_out, trivial) for b, a in pairs]
    train_gains = [log_gain(b.train, a.train, trivial) for b, a in pairs]
    return Rate(
        rate=rate,
        held_out=float(np.median([capped(t.held_out, trivial) for t in after])),
        train=float(np.median([capped(t.train, trivial) for t in after])),
        gain=float(np.mean(gains)),
        train_gain=float(np.mean(train_gains)),
        always=all(gain > 0 for gain in gains),
        failed=sum(bool(t.failed) for t in after) / len(after),
    )
