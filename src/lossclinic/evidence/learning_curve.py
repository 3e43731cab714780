"""How the held-out loss falls with the number of training rows, and what twice as many would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Plateau, Recipe, Scheduled
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run, Trial
from lossclinic.evidence.loss_curve import LossCurve
from lossclinic.evidence.references import References

Array = np.ndarray[Any, Any]
PARTS = (4, 2)
"""The recipe is trained on a quarter and on half of the rows; all of them are the baseline."""
SEEDS, LONG_SEEDS, SHORT_SEEDS = 5, 2, 12
SHORT = 0.1
"""Twelve seeds are taken where they take no more than this share of the time for experiments."""
FEWEST_ROWS = 40
"""Training rows below which a quarter of them says nothing."""
WORTH_ASKING = (0.15, 0.95)
"""Share of the constant answer's score between which more rows may matter: below there is little left, above nothing
is learned."""
LEAST_GAP = 0.15
"""A network that does as well on new rows as on its own would not do better for more of them."""
CLOSE = 0.2
"""A model of another kind that is better by more than this on the same rows shows that these would do."""
STILL_FALLING = 0.1
MEMORISED = 0.005
"""Training score, as a share of the constant answer's, below which a network knows its rows by heart: it must be held
back before anyone can tell what more rows would give."""
RESAMPLES = 400


@dataclass(frozen=True)
class LearningCurve:
    """Held-out scores at their best epoch by number of training rows. Shares are relative: .1 is 10 %.

    Attributes:
        rows: numbers of training rows, ascending; () where nothing was measured.
        scores: median held-out score over the seeds for each number.
        gain: relative fall of the score forecast for twice the rows.
        low: 5 % quantile of that forecast over resampled seeds.
        high: 95 % quantile.
        reason: why nothing was measured.
    """

    rows: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()
    gain: float = 0.0
    low: float = 0.0
    high: float = 0.0
    reason: str = ""


def learning_curve(
    case: Case, recipe: Recipe, plan: Plan, lab: Lab, baseline: Baseline, loss_curve: LossCurve, references: References
) -> LearningCurve:
    """Train the recipe on nested subsets of its rows, for as many steps as on all of them.

    Nothing is trained where more rows cannot be what is missing.

    Args:
        case: the rows.
        recipe: what is trained.
        plan: how rows are dealt.
        lab: trains.
        baseline: the recipe on all rows.
        loss_curve: its curves.
        references: what other models reach on the same rows.
    """
    count = len(plan.deal(case.data, case.task, recipe.split, 0, "screen").train)
    why = _pointless(baseline, loss_curve, references, count)
    if why:
        return LearningCurve(reason=why)
    good = [(s, t) for s, t in zip(baseline.seeds, baseline.trials, strict=True) if not t.failed]
    if baseline.share * (len(PARTS) + 1) * SHORT_SEEDS <= SHORT:
        good = _more(lab, recipe, good[:SHORT_SEEDS])
    else:
        good = good[: LONG_SEEDS if baseline.is_long else SEEDS]
    runs = [Run(_as_long(recipe, part), seed, rows=1 / part) for part in PARTS for seed, _ in good]
    trials = lab.train(runs)
    if any(trial.failed for trial in trials):
        return LearningCurve(reason="not all trainings on fewer rows came to an end")
    parts = [*(trials[at * len(good) : (at + 1) * len(good)] for at in range(len(PARTS))), [t for _, t in good]]
    scores = np.array([[_best(trial) for trial in part] for part in parts])
    return _forecast(scores, (*(max(count // part, 1) for part in PARTS), count))


def _more(lab: Lab, recipe: Recipe, known: Sequence[tuple[int, Trial]]) -> list[tuple[int, Trial]]:
    """The trainings of the recipe that are known, and further seeds up to twelve in all."""
    seeds = range(max(seed for seed, _ in known) + 1, SHORT_SEEDS)
    new = lab.train([Run(recipe, seed) for seed in seeds])
    return [*known, *((s, t) for s, t in zip(seeds, new, strict=True) if not t.failed)]


def _pointless(baseline: Baseline, curve: LossCurve, references: References, count: int) -> str:
    """Why more rows cannot be what is missing; "" where they may be."""
    if not curve.measured or len(baseline.good) < len(baseline.trials) or len(baseline.good) < 2:
        return "not all trainings came to an end"
    if count < FEWEST_ROWS:
        return f"{count} training rows cannot be divided any further"
    left = curve.best_held_out / curve.trivial
    if not WORTH_ASKING[0] <= left <= WORTH_ASKING[1]:
        return f"the held-out loss is {left:.0%} of the constant answer's"
    if curve.relative_gap_at_best < LEAST_GAP:
        return "new rows are predicted about as well as those that were trained on"
    if references.best < curve.best_held_out * (1 - CLOSE):
        return f"a reference model reaches {references.best:.3g} with the same rows"
    if curve.train < MEMORISED * curve.trivial:
        return "the network knows its training rows by heart, so it must be held back first"
    if curve.held_out_late_fall > STILL_FALLING:
        return "the held-out loss still falls when training ends"
    return ""


def _as_long(recipe: Recipe, part: int) -> Recipe:
    """The recipe for one part of its rows with as many steps: its epochs, and what counts them, become longer."""
    stop, pace = recipe.stop, recipe.pace
    if stop is not None:
        patience = None if stop.patience is None else stop.patience * part
        stop = replace(stop, patience=patience, start_from=stop.start_from * part)
    if isinstance(pace, Plateau):
        pace = replace(pace, patience=pace.patience * part, cooldown=pace.cooldown * part)
    elif isinstance(pace, Scheduled):
        pace = replace(pace, factors=tuple(factor for factor in pace.factors for _ in range(part)))
    return replace(recipe, epochs=recipe.epochs * part, stop=stop, pace=pace)


def _best(trial: Trial) -> float:
    """The lowest held-out score on the way: too many epochs are another matter."""
    return float(np.min([score for score in trial.held_out_score if math.isfinite(score)]))


def _forecast(scores: Array, rows: Sequence[int]) -> LearningCurve:
    """The next point of the power law c + a / rows^b through three points (Cortes et al. 1993), seeds resampled.

    Args:
        scores: shape (3, seeds), for a quarter, half and all of the rows; seeds are paired.
        rows: their numbers.
    """
    draws = np.random.default_rng(0).integers(0, scores.shape[1], (RESAMPLES, scores.shape[1]))
    middle = np.mean(scores, axis=1)
    falls = np.array([_fall(*np.mean(scores[:, draw], axis=1)) for draw in draws])
    ends = np.array([np.mean(scores[2, draw]) for draw in draws])
    shares = falls / np.maximum(ends, 1e-12)
    return LearningCurve(
        rows=tuple(rows),
        scores=tuple(float(score) for score in np.median(scores, axis=1)),
        gain=_fall(*middle) / max(float(middle[2]), 1e-12),
        low=float(np.quantile(shares, 0.05)),
        high=float(np.quantile(shares, 0.95)),
    )


def _fall(quarter: float, half: float, full: float) -> float:
    """How far the score falls once more when the rows are doubled; 0 where it did not fall the last time."""
    first, last = quarter - half, half - full
    if last <= 0:
        return 0.0
    # On a power law with a floor each fall is the same share of the one before; without a floor, each score is. The
    # truth lies between: near the first where a floor is in sight, near the second far above it. Where the falls still
    # grow, nothing was learned from the quarter.
    slowing = last / first if first > last else 1.0
    return float((last * slowing + full - full**2 / half) / 2)
