"""The learning rate re-tuned for the most promising arms: judged at the old rate only, a change is judged unfairly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Arm
from lossclinic.experiments.screen import Screened, screen

FACTORS = (0.1, 1 / 3, 3.0, 10.0)
MOST_ARMS = 3
ERRORS = 2.0


def retune(
    lab: Lab,
    base: Recipe,
    current: Baseline,
    results: Sequence[Screened],
    *,
    least: float,
    afford: Callable[[Sequence[Arm]], Sequence[Arm]],
) -> tuple[Screened, ...]:
    """Train the best arm of each of a few remedies at other learning rates.

    Args:
        lab: trains.
        base: the recipe that the arms change.
        current: its trials.
        results: of the screening at the recipe's own rate.
        least: smallest log gain worth a change.
        afford: cuts a list of arms to what the budget allows.

    Returns:
        The arms at their new rates, where these beat the arm at the old rate. Where the new rate alone is of use
        already, the rate is a fault of its own and not a setting of another remedy: such arms are left out.
    """
    if base.learning_rate is None:
        return ()
    best: dict[str, Screened] = {}
    for result in sorted(results, key=lambda r: -r.gain):
        if _keeps_rate(base, result.arm.recipe) and result.gains:
            best.setdefault(result.arm.remedies[-1], result)
    kept: list[Screened] = []
    for old in list(best.values())[:MOST_ARMS]:
        arms = [_at(old.arm, base.learning_rate * factor) for factor in FACTORS]
        new = max(screen(lab, current, afford(arms)), key=lambda r: (len(r.gains), r.gain), default=None)
        if new is not None and new.gain >= least and _surely_better(old, new, least):
            (alone,) = screen(lab, current, [_at(Arm(base), new.arm.rate or 0.0)])
            if alone.gain < least:
                kept.append(new)
    return tuple(kept)


def _surely_better(old: Screened, new: Screened, least: float) -> bool:
    """Whether the new rate helps on the same seeds by twice its error; the best of many rates is often luck."""
    if len(old.gains) != len(new.gains) or len(new.gains) < 2:
        return False
    difference = np.array(new.gains) - np.array(old.gains)
    error = float(np.std(difference, ddof=1)) / math.sqrt(len(difference))
    return float(difference.mean()) >= max(least, ERRORS * error)


def _keeps_rate(base: Recipe, recipe: Recipe) -> bool:
    same = recipe.optimizer["class_name"] == base.optimizer["class_name"]
    return same and recipe.learning_rate == base.learning_rate


def _at(arm: Arm, rate: float) -> Arm:
    rounded = float(f"{rate:.2g}")
    setting = ", ".join(filter(None, (arm.setting, f"learning rate {rounded:g}")))
    return replace(arm, recipe=arm.recipe.with_learning_rate(rounded), rate=rounded, setting=setting)
