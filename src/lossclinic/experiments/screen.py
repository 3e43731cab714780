"""Cheap screening: many arms on few paired seeds, the hopeless ones dropped first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Arm, Run, Trial
from lossclinic.experiments.judge import log_gains, stuck

KEPT_SHARE = 0.5
FEWEST_KEPT = 4
MOST_FIRST_SEEDS = 5
FIRST_SHARE = 0.2
"""Share of the time for experiments that the first seeds of a screening may take."""
STEADY_SEEDS = 12
"""Seeds for arms whose gains vary more than they matter."""
ERRORS_APART = 2.0


@dataclass(frozen=True, eq=False)
class Screened:
    """An arm after screening.

    Attributes:
        arm: what was tried.
        gains: log gains over the current recipe, one for each paired seed; empty where nothing could be trained.
        failed: why its runs failed; "" if they did not.
        seconds: of one training, without compiling where there were several; 0 where nothing was trained.
        rescued: on how many of the seeds only the current recipe learns nothing; less those on which only the arm does.
    """

    arm: Arm
    gains: tuple[float, ...]
    failed: str = ""
    seconds: float = 0.0
    rescued: int = 0

    @property
    def gain(self) -> float:
        """Mean log gain; minus infinity where nothing was measured."""
        return float(np.mean(self.gains)) if self.gains else -math.inf

    @property
    def error(self) -> float:
        """Standard error of the mean log gain; 0 for a single pair."""
        return float(np.std(self.gains, ddof=1)) / math.sqrt(len(self.gains)) if len(self.gains) > 1 else 0.0


def train_baseline(lab: Lab, recipe: Recipe, seeds: Sequence[int]) -> Baseline:
    """Train one recipe over the screening seeds."""
    trials = lab.train([Run(recipe, seed) for seed in seeds])
    kept = [(trial, seed) for trial, seed in zip(trials, seeds, strict=True) if trial.failed != NO_TIME]
    return Baseline(tuple(trial for trial, _ in kept), tuple(seed for _, seed in kept))


def screen(lab: Lab, current: Baseline, arms: Sequence[Arm]) -> tuple[Screened, ...]:
    """Successive halving over paired seeds (Jamieson & Talwalkar 2016, with seeds as the resource).

    Every arm is trained on the first seeds; the better half, at least four, on the others. One seed alone often
    misleads, so there are as many first seeds as fit into a fifth of the time for experiments, up to five.

    Args:
        lab: trains.
        current: the trials that the arms are compared with.
        arms: what to try.

    Returns:
        All arms in the order given; those dropped early have one pair only.
    """
    if not current.seeds:
        return ()
    count = first_seeds(current, len(arms))
    first, others = current.seeds[:count], current.seeds[count:]
    results = {arm.recipe.key: s for arm, s in zip(arms, _measure(lab, current, arms, first), strict=True)}
    ranked = sorted(arms, key=lambda arm: -results[arm.recipe.key].gain)
    kept = [a for a in ranked[: max(FEWEST_KEPT, math.ceil(KEPT_SHARE * len(ranked)))] if _alive(results[a.recipe.key])]
    if others and kept:
        for arm, more in zip(kept, _measure(lab, current, kept, current.seeds), strict=True):
            results[arm.recipe.key] = more
    return tuple(results[arm.recipe.key] for arm in arms)


def steadied(
    lab: Lab, recipe: Recipe, current: Baseline, results: Sequence[Screened], least: float
) -> tuple[Screened, ...]:
    """The same results, with the leading arms on more seeds where their gains are not clear of their errors.

    A network that fails on some seeds only has gains of large variance: five pairs tell neither whether a repair
    helps nor which of two does.

    Args:
        lab: trains.
        recipe: what the arms change.
        current: its trials.
        results: from `screen`.
        least: smallest mean log gain that is worth keeping.
    """
    most = max((len(r.gains) for r in results), default=0)
    useful = [r for r in results if r.gain >= least and 1 < len(r.gains) == most]
    ranked = sorted(useful, key=lambda r: -r.gain)
    # Each cause with the best of its remedies first: four strengths of one remedy would leave no cause to compare.
    firsts = {r.arm.causes[-1]: r for r in reversed(ranked)}.values()
    leaders = sorted(ranked, key=lambda r: r not in firsts)[:FEWEST_KEPT]
    more = range(max(current.seeds, default=0) + 1, STEADY_SEEDS)
    if all(r.gain > ERRORS_APART * r.error for r in leaders) or not more:
        return tuple(results)
    if current.share * len(more) * (len(leaders) + 1) > FIRST_SHARE:
        return tuple(results)
    wider = train_baseline(lab, recipe, (*current.seeds, *more))
    steady = dict(zip(leaders, _measure(lab, wider, [r.arm for r in leaders], wider.seeds), strict=True))
    return tuple(steady.get(r, r) for r in results)


def first_seeds(current: Baseline, arms: int) -> int:
    """On how many seeds every arm is tried before the better half goes on."""
    affordable = int(FIRST_SHARE / max(arms * current.share, 1e-9))
    return min(max(affordable, 1), MOST_FIRST_SEEDS, len(current.seeds))


def _alive(result: Screened) -> bool:
    return result.gain > -0.05


def _measure(lab: Lab, current: Baseline, arms: Sequence[Arm], seeds: Sequence[int]) -> list[Screened]:
    before = dict(zip(current.seeds, current.trials, strict=True))
    runs = [Run(arm.recipe, seed) for arm in arms for seed in seeds]
    trials = iter(lab.train(runs))
    results: list[Screened] = []
    for arm in arms:
        mine: list[tuple[Trial, Trial]] = [(before[seed], next(trials)) for seed in seeds]
        done = [(b, a) for b, a in mine if a.failed != NO_TIME]
        gains = log_gains([b for b, _ in done], [a for _, a in done], lab.yardstick) if done else np.zeros(0)
        failed = next((a.failed for _, a in done if a.failed), "")
        seconds = min((a.seconds for _, a in done), default=0.0)
        rescued = int(sum(stuck([b for b, _ in done], lab.yardstick)) - sum(stuck([a for _, a in done], lab.yardstick)))
        results.append(Screened(arm, tuple(float(g) for g in gains), failed, seconds, rescued))
    return results
