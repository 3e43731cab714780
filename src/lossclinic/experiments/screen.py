"""Cheap screening: many arms on few paired seeds, the hopeless ones dropped first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.finding import Finding
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Arm, Run, Trial
from lossclinic.experiments.judge import log_gains

NO_TIME = "no time left"
KEPT_SHARE = 0.5
FEWEST_KEPT = 4


@dataclass(frozen=True, eq=False)
class Screened:
    """An arm after screening.

    Attributes:
        arm: what was tried.
        gains: log gains over the current recipe, one for each paired seed; empty where nothing could be trained.
        failed: why its runs failed; "" if they did not.
    """

    arm: Arm
    gains: tuple[float, ...]
    failed: str = ""

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

    Every arm is trained on the first seed; the better half, at least four, on the others.

    Args:
        lab: trains.
        current: the trials that the arms are compared with.
        arms: what to try.

    Returns:
        All arms, best first; those dropped early have one pair only.
    """
    if not current.seeds:
        return ()
    first, others = current.seeds[:1], current.seeds[1:]
    results = {arm.recipe.key: s for arm, s in zip(arms, _measure(lab, current, arms, first), strict=True)}
    ranked = sorted(arms, key=lambda arm: -results[arm.recipe.key].gain)
    kept = [a for a in ranked[: max(FEWEST_KEPT, math.ceil(KEPT_SHARE * len(ranked)))] if _alive(results[a.recipe.key])]
    if others and kept:
        for arm, more in zip(kept, _measure(lab, current, kept, current.seeds), strict=True):
            results[arm.recipe.key] = more
    return tuple(sorted(results.values(), key=lambda s: -s.gain))


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
        failed = next((a.failed for _, a in mine if a.failed), "")
        results.append(Screened(arm, tuple(float(g) for g in gains), failed))
    return results


def pick(results: Sequence[Screened], findings: Mapping[str, Finding], least: float) -> Screened | None:
    """The arm to keep: the largest gain, weighted by how strongly the evidence points at its cause.

    Several remedies often help a little against one fault; the weight prefers the one whose cause was seen.

    Args:
        results: from `screen`.
        findings: by cause.
        least: smallest mean log gain that is worth keeping.
    """

    def worth(result: Screened) -> float:
        return result.gain * max(findings[result.arm.causes[-1]].confidence, 0.1)

    useful = [r for r in results if r.gain >= least and np.mean(np.array(r.gains) > 0) >= 0.6 and len(r.gains) > 1]
    if not useful:
        useful = [r for r in results if r.gain >= least and len(results[0].gains) == 1]
    return max(useful, key=worth) if useful else None
