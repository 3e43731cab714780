"""The trainings: a learning rate for each loss, then every loss on the same fresh seeds and rows."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lossclinic.core.lab import Lab, Limit
from lossclinic.core.progress import Progress
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Run, Trial
from lossclinic.experiments.confirm import FIRST_SEED
from lossclinic.loss_table.compare import Trained

if TYPE_CHECKING:
    from lossclinic.engine.pool import Pool

RATE_SEEDS = 2
ORDER = (1.0, 3.0, 1 / 3, 10.0, 0.1)
"""Multiples of the script's rate, those nearest to it first."""
FARTHEST = 100.0
"""Times or parts of the script's rate beyond which no loss is followed."""
FIRST_SHARE = 0.6
"""Share of the time that the script's own rate may take, before anybody knows what a training costs."""
MARGIN = 1.25
"""Trainings on a machine that others use as well vary by so much."""


@dataclass(frozen=True)
class Rates:
    """The learning rate that suits each loss.

    Attributes:
        recipes: loss → its recipe at that rate.
        at_the_edge: losses that were best at the largest or smallest rate that was tried.
        untried: multiples of the script's rate that there was no time for.
    """

    recipes: Mapping[str, Recipe]
    at_the_edge: tuple[str, ...] = ()
    untried: tuple[float, ...] = ()


def suit_rates(
    pool: Pool, losses: Mapping[str, Recipe], stop: float, repeats: int, workers: int, progress: Progress
) -> Rates:
    """Give each loss the learning rate at which it becomes lowest itself, on rows that it was not trained on.

    Its own value decides, because it is what training with it is after; no yardstick chooses, so none is favoured.
    Other rates than the script's are tried for as long as the comparison does not need the time.

    Args:
        pool: trains.
        losses: name → recipe at the script's rate.
        stop: `time.monotonic()` when the comparison must be over.
        repeats: trainings of each loss that are to follow.
        workers: trainings at the same time.
        progress: told how the work goes.
    """
    if any(recipe.learning_rate is None for recipe in losses.values()):
        return Rates(losses)
    progress.stage("Finding the learning rate that suits each loss")
    now = time.monotonic()
    pool.limit(Limit(now + FIRST_SHARE * (stop - now)))
    reached: dict[float, dict[str, float]] = {}
    while (factor := _next_factor(reached)) is not None:
        runs = [Run(_at(recipe, factor), seed) for recipe in losses.values() for seed in range(RATE_SEEDS)]
        trials = iter(pool.train([replace(run, keep_answers=True) for run in runs]))
        values = {name: _reached([next(trials) for _ in range(RATE_SEEDS)]) for name in losses}
        if None in values.values():  # a rate counts for all losses or for none
            break
        reached[factor] = {name: value for name, value in values.items() if value is not None}
        once = sum(pool.cost(recipe) or 0.0 for recipe in losses.values())
        pool.limit(Limit(stop - MARGIN * repeats * once / max(workers, 1)))
    pool.limit(Limit())
    factors = {name: min(reached, key=lambda factor: reached[factor][name], default=1.0) for name in losses}
    return Rates(
        {name: _at(recipe, factors[name]) for name, recipe in losses.items()},
        tuple(name for name, factor in factors.items() if len(reached) > 1 and factor in (min(reached), max(reached))),
        tuple(factor for factor in ORDER[1:] if factor not in reached),
    )


def _next_factor(reached: Mapping[float, Mapping[str, float]]) -> float | None:
    """The rate to try next, as a multiple of the script's; beyond an end where some loss was best there."""
    planned = next((factor for factor in ORDER if factor not in reached), None)
    if planned is not None:
        return planned
    names = next(iter(reached.values()))
    best = {min(reached, key=lambda factor: reached[factor][name]) for name in names}
    for end, step in ((max(reached), 3.0), (min(reached), 1 / 3)):
        if end in best and 1 / FARTHEST <= end * step <= FARTHEST:
            return end * step
    return None


def _at(recipe: Recipe, factor: float) -> Recipe:
    rate = recipe.learning_rate or 0.0
    return recipe if factor == 1 else recipe.with_learning_rate(float(f"{rate * factor:.2g}"))


def _reached(trials: list[Trial]) -> float | None:
    """Mean of the recipe's own loss on held-out rows; infinite where a training failed, None without time for it."""
    if any(trial.failed == NO_TIME for trial in trials):
        return None
    values = [trial.answers.loss if trial.answers else math.inf for trial in trials]
    mean = float(np.mean(values))
    return mean if math.isfinite(mean) else math.inf


def train_repeats(
    lab: Lab, losses: Mapping[str, Recipe], repeats: int, progress: Progress, kept: dict[str, Trained]
) -> None:
    """Train every loss on the same fresh seeds and rows, one repeat after the other.

    Args:
        lab: trains.
        losses: name → recipe.
        repeats: how many; the budget may end it before.
        progress: told how the work goes.
        kept: filled in after each repeat, so that what was trained is there whatever ends it.
    """
    progress.stage(f"Training {len(losses)} losses on the same rows and seeds, {repeats} times")
    for seed in range(FIRST_SEED, FIRST_SEED + repeats):
        trials = lab.train([Run(recipe, seed, "confirm", keep_answers=True) for recipe in losses.values()])
        for (name, recipe), trial in zip(losses.items(), trials, strict=True):
            before = kept[name].trials if name in kept else {}
            if trial.failed != NO_TIME:
                kept[name] = Trained(name, recipe, {**before, seed: trial})
        if any(trial.failed == NO_TIME for trial in trials):
            return
        progress.say(f"{seed - FIRST_SEED + 1} of {repeats} repeats")
