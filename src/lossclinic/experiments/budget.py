"""What fits into the budget: arms, and rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lossclinic.core.canonical import content_hash
from lossclinic.core.case import Case
from lossclinic.core.lab import Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Arm
from lossclinic.engine.structure import group_key
from lossclinic.experiments.clock import Clock

WANTED_RUNS = 60
"""Trainings that a useful answer needs: a baseline, a sweep, a dozen arms, five confirmed pairs."""
FEWEST_KEPT_ROWS = 2048


def cost_factor(base: Recipe, recipe: Recipe) -> float:
    """How much longer a recipe trains than the baseline, by its number of gradients."""
    updates = (recipe.epochs / base.epochs) * max(base.batch_size / recipe.batch_size, 1.0)
    return updates * recipe.gradients / base.gradients


def affordable(
    arms: Sequence[Arm],
    base: Recipe,
    clock: Clock,
    left: float,
    *,
    seconds_each: float,
    compile_s: float,
    runs_each: float = 2.0,
) -> list[Arm]:
    """Cut a list of arms, ordered by promise, to what fits.

    Strengths are thinned before remedies: each remedy keeps its gentlest strength first.

    Args:
        arms: most promising first.
        base: the baseline, for relative cost.
        clock: what the budget is counted in.
        left: what may be spent, in the clock's unit.
        seconds_each: seconds of one baseline training.
        compile_s: seconds to compile a new structure.
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
        cost = clock.cost(compiling + runs_each * seconds_each * cost_factor(base, arm.recipe), runs_each)
        if cost <= left:
            left -= cost
            compiled.add(program)
            kept.append((order, arm))
    return [arm for _, arm in sorted(kept, key=lambda item: item[0])]


def decided_once(lab: Lab, clock: Clock, arms: Sequence[Arm], decide: Callable[[], list[Arm]]) -> list[Arm]:
    """Some of the arms, as an earlier run of the same command chose them: how long it took must change nothing.

    Args:
        lab: knows what earlier runs decided.
        clock: of the budget; another budget is another question.
        arms: what to choose from.
        decide: chooses where no earlier run did.
    """
    what = f"arms {content_hash((clock.granted, [(arm.recipe.key, arm.remedies) for arm in arms]))}"
    numbers = lab.recall(what)
    if numbers is not None:
        return [arms[number] for number in numbers]
    kept = decide()
    lab.remember(what, [number for number, arm in enumerate(arms) if arm in kept])
    return kept


def row_limit(case: Case, budget_s: float, workers: int) -> int | None:
    """How many rows to use so that the wanted runs fit, judged by the user's own fit; None for all.

    A power of two, so that about the same time gives the same rows.

    Args:
        case: with `observed.seconds` of the user's own training (0 if it was skipped: then all rows are used).
        budget_s: seconds for the experiments.
        workers: trainings at the same time.
    """
    needed = case.observed.seconds_for(case.recipe.epochs) * WANTED_RUNS / workers
    if needed <= budget_s:
        return None
    limit = max(FEWEST_KEPT_ROWS, 2 ** int(math.log2(max(len(case.data) * budget_s / needed, 1.0))))
    return limit if limit < len(case.data) else None
