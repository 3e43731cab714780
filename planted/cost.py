"""What a planted fault costs: the training with the fault beside the same training without it."""

from __future__ import annotations

import numpy as np

from planted.case import Make, Planted

PAIRS = 10


def cost_of(case: Planted, seed: int, pairs: int = PAIRS) -> float | None:
    """Share by which the held-out score is lower without the fault; negative where the fault helps.

    Both are trained as they are on the same redraws of the same rows; lossclinic's diagnosis has no part in it. The
    scores are divided by that of the best constant answer, so that targets in other units compare. The gain is that of
    the mean logarithm, as in the verdicts, so a fault that strikes on some seeds only counts as often as it strikes.

    Args:
        case: the planted training.
        seed: of its rows and weights.
        pairs: how many redraws.

    Returns:
        The share; None where the case tells no training without the fault, or none of those ends.

    Raises:
        Unavailable: the data set cannot be had here.
    """
    from lossclinic.core.gain import as_gain, log_gain

    if case.sound is None:
        return None
    sound = _scores(case.sound, seed, pairs)
    if not np.isfinite(sound).any():
        return None
    faulty = _scores(case.make, seed, pairs)
    return as_gain(float(np.mean([log_gain(before, after, 1.0) for before, after in zip(faulty, sound, strict=True)])))


def _scores(make: Make, seed: int, pairs: int) -> list[float]:
    """Held-out scores over those of the best constant answer; infinite where a training failed."""
    from lossclinic.core.rows import Plan
    from lossclinic.core.trial import Run
    from lossclinic.core.yardstick import yardstick_of
    from lossclinic.engine.train import train_one
    from lossclinic.experiments.confirm import FIRST_SEED
    from planted.pools import captured

    case, plan = captured(make, seed), Plan(seed)
    yardstick = yardstick_of(case, plan)
    seeds = range(FIRST_SEED, FIRST_SEED + pairs)
    trials = [train_one(case, plan, yardstick, Run(case.recipe, number, "confirm")) for number in seeds]
    return [float("inf") if trial.failed else trial.held_out / yardstick.trivial for trial in trials]
