"""How long things may take: shares of the user's budget, and what fits into them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Arm
from lossclinic.engine.structure import group_key

WANTED_RUNS = 60
"""Trainings that a useful answer needs: a baseline, a sweep, a dozen arms, five confirmed pairs."""
FEWEST_KEPT_ROWS = 1500
SCREENING_UNTIL = 0.55
LATE_SHARE = 0.5
CONFIRMATION_UNTIL = 0.97


@dataclass(frozen=True)
class Clock:
    """A stretch of the budget.

    Attributes:
        start: `time.monotonic()` at its begin.
        end: when everything must be over.
        workers: trainings that run at the same time.
    """

    start: float
    end: float
    workers: int

    def at(self, share: float) -> float:
        """The moment when this share of the stretch is over."""
        return self.start + share * (self.end - self.start)

    def share(self, seconds: float) -> float:
        """The share of the stretch that a training takes, over all workers."""
        return seconds / (self.workers * (self.end - self.start))

    def screening_end(self) -> float:
        """When screening must end: after its share of the stretch, or of what is left where it begins late."""
        now = time.monotonic()
        return max(self.at(SCREENING_UNTIL), now + LATE_SHARE * (self.end - now))

    def fits(self, seconds_each: float, until: float) -> int:
        """How many trainings of that length end before a moment."""
        return int(max(0.0, until - time.monotonic()) * self.workers / max(seconds_each, 1e-4))


def cost_factor(base: Recipe, recipe: Recipe) -> float:
    """How much longer a recipe trains than the baseline, by its number of updates."""
    return (recipe.epochs / base.epochs) * max(base.batch_size / recipe.batch_size, 1.0)


def affordable(
    arms: Sequence[Arm], base: Recipe, seconds_each: float, compile_s: float, seconds: float, runs_each: float = 2.0
) -> list[Arm]:
    """Cut a list of arms, ordered by promise, to what fits.

    Strengths are thinned before remedies: each remedy keeps its gentlest strength first.

    Args:
        arms: most promising first.
        base: the baseline, for relative cost.
        seconds_each: seconds of one baseline training.
        compile_s: seconds to compile a new structure.
        seconds: worker-seconds that may be spent.
        runs_each: trainings for each arm: one seed for all and the others for the better half, or all seeds for all.
    """
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int, Arm]] = []
    for order, arm in enumerate(arms):
        rank = seen.get(arm.remedies[-1], 0)
        seen[arm.remedies[-1]] = rank + 1
        ranked.append((rank, order, arm))
    kept: list[tuple[int, Arm]] = []
    compiled = {group_key(base)}
    for _, order, arm in sorted(ranked, key=lambda item: item[:2]):
        program = group_key(arm.recipe)
        compiling = 0.0 if program in compiled else compile_s
        cost = compiling + runs_each * seconds_each * cost_factor(base, arm.recipe)
        if cost <= seconds:
            seconds -= cost
            compiled.add(program)
            kept.append((order, arm))
    return [arm for _, arm in sorted(kept, key=lambda item: item[0])]


def row_limit(case: Case, budget_s: float, workers: int) -> int | None:
    """How many rows to use so that the wanted runs fit, judged by the user's own fit; None for all.

    Args:
        case: with `observed.seconds` of the user's own training (0 if it was skipped: then all rows are used).
        budget_s: seconds for the experiments.
        workers: trainings at the same time.
    """
    needed = case.observed.seconds * WANTED_RUNS / workers
    if needed <= budget_s:
        return None
    limit = max(FEWEST_KEPT_ROWS, int(len(case.data) * budget_s / needed))
    return limit if limit < len(case.data) else None
