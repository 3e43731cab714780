"""Choose a threshold on training rows, each judged by a network that has not seen it, and try it on held-out rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case
from lossclinic.core.decision import USUAL, Decision, balanced_accuracy, best_threshold
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick, link_of, natural

Array = np.ndarray[Any, Any]
FOLDS = 5


def threshold_one(
    case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float = float("inf")
) -> Json | None:
    """Train once for each fold of the training rows, choose, train on all of them, and score held-out rows.

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score, which the trainings share with others.
        recipe: what to train.
        seed: a fresh seed.
        deadline: `time.monotonic()` after which training ends without an answer.

    Returns:
        A `Decision` as plain data; None where there are not two classes, or where a training does not end well.

    References:
        Scikit-learn's `TunedThresholdClassifierCV` chooses in the same way.
    """
    if case.task.kind != "binary":
        return None
    known: list[tuple[Array, Array]] = []
    for number in range(FOLDS):
        run = Run(recipe, seed, "confirm", fold=(number, FOLDS))
        answer = _chances(case, plan, yardstick, run, deadline)
        if answer is None:
            return None
        known.append(answer)
    target, chance = (np.concatenate(parts) for parts in zip(*known, strict=True))
    held_out = _chances(case, plan, yardstick, Run(recipe, seed, "confirm"), deadline)
    if held_out is None or not 0 < target.sum() < len(target):
        return None
    threshold = best_threshold(target, chance)
    usual, chosen = (balanced_accuracy(*held_out, cut) for cut in (USUAL, threshold))
    return plain(Decision(threshold, usual, chosen))


def _chances(case: Case, plan: Plan, yardstick: Yardstick, run: Run, deadline: float) -> tuple[Array, Array] | None:
    """Classes and probabilities of the rows that score a run; None where it does not end well."""
    from lossclinic.engine.stepped import OutOfTimeError, predict
    from lossclinic.engine.train import start

    training = start(case, plan, yardstick, run)
    state = training.finished(deadline)
    if state is None:
        return None
    block, made = training.prepared.held_out, training.prepared
    try:
        raw = np.asarray(predict(training.program, state, block.x, deadline))
    except OutOfTimeError:
        return None
    chance = natural(np, case.task, link_of(run.recipe, case.task), raw, made.mean, made.std)[:, 1]
    return (block.target, chance) if np.isfinite(chance).all() else None
