"""Trainings written by hand, for tests of the causes: nothing here trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.case import Case, Data, Observed
from lossclinic.core.lab import Baseline
from lossclinic.core.probe import LayerProbe, Measurement
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.trial import Run, Trial, choose_epoch, failed_trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.learning_rates import LearningRates, learning_rates
from lossclinic.evidence.loss_curve import LossCurve, loss_curve

SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class References:
    best: float = 0.2
    linear: float = 0.5
    trivial: float = 1.0
    boosted: float = 0.2


class HandLab:
    """A lab whose trials and probes are given."""

    def __init__(
        self,
        train: Callable[[Run], Trial] | None = None,
        probes=(),
        trivial=1.0,
        **looks: dict,
    ) -> None:
        self.given, self.probes, self.looks = train, tuple(probes), looks
        self.yardstick = Yardstick("mean squared error", Task("regression", 1), trivial=trivial)
        self.runs: list[Run] = []

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        self.runs += runs
        return tuple(self.given(run) for run in runs)

    def recall(self, what: str) -> None:
        """Nothing was kept."""

    def remember(self, what: str, value: object) -> None:
        """Nothing is kept."""

    def probe(self, recipe: Recipe, seed: int) -> tuple[LayerProbe, ...]:
        return self.probes

    def measure(self, what: Measurement, recipe: Recipe, seed: int) -> dict | None:
        return self.looks.get(what if isinstance(what, str) else "attack")


def dense(name: str, units: int, activation="relu", **config) -> dict:
    return {"class_name": "Dense", "config": {"name": name, "units": units, "activation": activation, **config}}


def recipe(*hidden: dict, optimizer="Adam", rate: object = 0.001, momentum=0.0, epochs=100, **settings) -> Recipe:
    """A dense network; two layers of 32 ReLU units unless told otherwise."""
    inner = hidden or (dense("a", 32), dense("b", 32))
    start = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 4]}}
    model = {"class_name": "Sequential", "config": {"layers": [start, *inner, dense("out", 1, "linear")]}}
    config = {"learning_rate": rate, **({"momentum": momentum} if optimizer == "SGD" else {})}
    loss = {"class_name": "MeanSquaredError", "config": {}}
    return Recipe(model, loss, {"class_name": optimizer, "config": config}, epochs, **settings)


def case(scale=1.0, target_scale=1.0, history=()) -> Case:
    rng = np.random.default_rng(0)
    x, y = scale * rng.normal(size=(50, 4)), target_scale * rng.normal(size=50)
    observed = Observed(history={"loss": tuple(history)} if history else {})
    return Case("by hand", recipe(), Task("regression", 1), Data(x, y, 50), observed)


def trial(train: Sequence[float], held_out: Sequence[float] | None = None, stop=None, train_loss=None) -> Trial:
    held = tuple(float(v) for v in (train if held_out is None else held_out))
    score = tuple(float(v) for v in train)
    loss = score if train_loss is None else tuple(float(v) for v in train_loss)
    nothing = (float("nan"),) * len(score)
    chosen = choose_epoch(stop, loss, held)
    return Trial("", tuple(range(1, len(score) + 1)), loss, held, score, held, nothing, chosen)


def failed(why="non-finite loss") -> Trial:
    return failed_trial(Run(recipe(), 0), why)


def falling(start=1.0, floor=0.1, speed=10.0, epochs=100) -> np.ndarray:
    """Exponential fall to a floor; `speed` time constants in all."""
    return floor + (start - floor) * np.exp(-speed * np.linspace(0, 1, epochs))


def baseline(make: Callable[[int], Trial]) -> Baseline:
    return Baseline(tuple(make(seed) for seed in SEEDS), SEEDS)


def jitter(seed: int, size: float = 0.02) -> float:
    return float(1 + size * np.random.default_rng(seed).normal())


def curve(train, held_out=None, trivial=1.0, **settings) -> LossCurve:
    """Three seeds of one shape, each a little higher or lower."""
    held = train if held_out is None else held_out
    made = baseline(lambda s: trial(np.asarray(train) * jitter(s), np.asarray(held) * jitter(s + 9), **settings))
    return loss_curve(case(), made, HandLab(trivial=trivial))


def sweep(own: float, scores: dict[float, float | str], train: dict[float, float] | None = None) -> LearningRates:
    """A sweep around a rate of 0.001; `scores` by factor, a text for a failure, the own score where none is given."""
    fits = train or {}

    def run(run: Run) -> Trial:
        factor = min(scores, key=lambda f: abs(np.log(f * 0.001 / run.recipe.learning_rate)), default=1.0)
        close = factor if abs(np.log(factor * 0.001 / run.recipe.learning_rate)) < 0.1 else None
        value = scores.get(close, own)
        if isinstance(value, str):
            return failed_trial(run, value)
        level = value * jitter(run.seed)
        return trial([1.0, fits.get(close, value) * jitter(run.seed)], [1.0, level])

    made = baseline(lambda s: trial([1.0, fits.get(1.0, own) * jitter(s)], [1.0, own * jitter(s)]))
    return learning_rates(HandLab(run), recipe(rate=0.001), made)


def probe(layer: str, at="start", activation="relu", **values) -> LayerProbe:
    given = {
        "output_std": 1.0,
        "saturated": 0.0,
        "dead": 0.0,
        "gradient_rms": 0.01,
        "weight_rms": 0.1,
        "update_ratio": 1e-3,
        "identical_units": 0.0,
        **values,
    }
    return LayerProbe(layer, "Dense", activation, at, **given)


def layers_of(*probes: LayerProbe) -> Layers:
    return Layers(tuple(p for p in probes if p.at == "start"), tuple(p for p in probes if p.at == "end"), output="out")


HEALTHY = (probe("a"), probe("b"), probe("out"), probe("a", "end"), probe("b", "end"), probe("out", "end"))
