"""What a point is worth: held-out scores over several draws of rows and seeds, read at the best step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lossclinic.core.gain import capped
from lossclinic.core.lab import Lab
from lossclinic.core.trial import NO_TIME, Run, Trial
from lossclinic.tuning.sampling import Candidate, Told
from lossclinic.tuning.space import Space

ETA = 3
"""One in three goes on at each rung (Li and others, "Hyperband", 2018, section 3)."""
LEAST_EPOCHS = 2


@dataclass(frozen=True)
class Rungs:
    """After how many epochs the worse points are given up.

    Attributes:
        kind: "none" trains every point to its end; "halving" gives two in three up after a ninth of the epochs, and
            after a third (successive halving); "hyperband" takes turns between three, two and one rungs, for the case
            that early epochs mislead.
    """

    kind: str = "none"

    def epochs(self, most: int, batch: int) -> tuple[int, ...]:
        """Epochs of the rungs before the last one, for a batch (counted from 0)."""
        rungs = {"none": 0, "halving": 2, "hyperband": 2 - batch % 3}[self.kind]
        counts = [math.ceil(most / ETA**rung) for rung in range(rungs, 0, -1)]
        return tuple(dict.fromkeys(count for count in counts if LEAST_EPOCHS <= count < most))


def race(lab: Lab, space: Space, asked: Sequence[Candidate], seeds: int, rungs: Sequence[int]) -> list[Told]:
    """Score points; where there are rungs, only the best third goes on at each.

    Args:
        lab: trains.
        space: says what a point means.
        asked: the points.
        seeds: draws of rows and seeds that each is scored on.
        rungs: epochs after which points are given up; on the first draw alone.
    """
    results: list[Told] = []
    going = list(asked)
    for epochs in rungs:
        early = {told.number: told for told in score(lab, space, going, 1, epochs)}
        ranked = sorted(going, key=lambda each: _rank(early[each.number]))
        kept = ranked[: math.ceil(len(going) / ETA)]
        numbers = {each.number for each in kept if not early[each.number].failed}
        for each in going:
            told = early[each.number]
            if each.number not in numbers:
                over = told.failed or told.value is None
                results.append(told if over else replace(told, stopped=True, epochs=epochs))
        going = [each for each in going if each.number in numbers]
    return results + score(lab, space, going, seeds)


def score(lab: Lab, space: Space, asked: Sequence[Candidate], seeds: int, epochs: int | None = None) -> list[Told]:
    """Train every point on every draw, all together.

    Args:
        lab: trains.
        space: says what a point means.
        asked: the points.
        seeds: draws of rows and seeds.
        epochs: how long to train; None: to the end.
    """
    recipes = [space.recipe_at(each.point, epochs) for each in asked]
    trials = iter(lab.train([Run(recipe, seed) for recipe in recipes for seed in range(seeds)]))
    trivial = lab.yardstick.trivial
    return [_told(each, [next(trials) for _ in range(seeds)], space.best_step, trivial) for each in asked]


def _told(candidate: Candidate, trials: Sequence[Trial], best_step: bool, trivial: float) -> Told:
    seconds = sum(trial.seconds for trial in trials)
    if any(trial.failed == NO_TIME for trial in trials):
        return Told(candidate.number, candidate.point, None, seconds=seconds)
    why = next((trial.failed for trial in trials if trial.failed), "")
    if why:
        return Told(candidate.number, candidate.point, capped(math.inf, trivial), why, seconds=seconds)
    if best_step:
        curve = np.mean([trial.held_out_score for trial in trials], axis=0)
        at = int(np.nanargmin(np.where(np.isfinite(curve), curve, np.inf)))
        epochs, scores = trials[0].epochs[at], [trial.held_out_score[at] for trial in trials]
    else:
        epochs, scores = trials[0].epochs[-1], [trial.held_out for trial in trials]
    value = capped(float(np.mean(scores)), trivial)
    told = tuple(float(each) for each in scores)
    return Told(candidate.number, candidate.point, value, "", epochs, False, told, seconds)


def _rank(told: Told) -> float:
    return math.inf if told.value is None else told.value
