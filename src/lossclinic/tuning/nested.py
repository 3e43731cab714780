"""The best settings against the script's own on the locked rows, which no selection looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lossclinic.core.gain import as_gain, log_gain
from lossclinic.core.lab import Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import NO_BAND, Band, band_of
from lossclinic.core.trial import NO_TIME, Run, Trial
from lossclinic.core.tuned import Nested
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.confirm import FIRST_SEED
from lossclinic.experiments.judge import log_gains

PAIRS = 10
"""Decided beforehand: nothing is looked at before all pairs are there, so no look needs a correction."""
FEWEST_PAIRS = 5
LEVEL = 0.95
Pairs = tuple[tuple[Trial, ...], tuple[Trial, ...]]


def train_pairs(lab: Lab, before: Recipe, after: Sequence[Recipe]) -> list[Pairs]:
    """Train the script's own recipe and others on the same fresh seeds and rows.

    Args:
        lab: trains.
        before: the script's own.
        after: what to compare with it.

    Returns:
        For each of `after` the trials before and after, paired by position; a seed on which one of the two had no time
        left is in neither.
    """
    recipes = (before, *after)
    seeds = range(FIRST_SEED, FIRST_SEED + PAIRS)
    trials = iter(lab.train([Run(recipe, seed, "confirm", locked=True) for seed in seeds for recipe in recipes]))
    by_seed = [[next(trials) for _ in recipes] for _ in seeds]
    pairs: list[Pairs] = []
    for at in range(1, len(recipes)):
        kept = [(row[0], row[at]) for row in by_seed if NO_TIME not in (row[0].failed, row[at].failed)]
        pairs.append((tuple(b for b, _ in kept), tuple(a for _, a in kept)))
    return pairs


def compare_locked(pairs: Pairs, yardstick: Yardstick, arms: int = 1) -> Nested | None:
    """The gain on the locked rows, with an interval for other seeds and other rows.

    The seeds vary between the pairs; the locked rows are the same for all, so the pairs alone say nothing of what
    other rows would have given. That part is estimated from the same pairs' held-out rows, which are as many and are
    drawn anew for each: with the variance of the gains s2 on the locked and d2 on the redrawn rows, the variance of
    the mean over J pairs is s2/J + max(0, d2 - s2).

    Args:
        pairs: from `train_pairs`.
        yardstick: the case's score.
        arms: how many comparisons are made; the level is that of all of them together (Bonferroni).

    Returns:
        None for fewer than five pairs.
    """
    from scipy import stats

    before, after = pairs
    count = len(before)
    if count < FEWEST_PAIRS:
        return None
    scores = [(_locked(b), _locked(a)) for b, a in zip(before, after, strict=True)]
    gains = np.array([log_gain(b, a, yardstick.trivial) for b, a in scores])
    redrawn = log_gains(before, after, yardstick)
    seeds, draws = float(np.var(gains, ddof=1)), float(np.var(redrawn, ddof=1))
    level = 1 - (1 - LEVEL) / arms
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * math.sqrt(seeds / count + max(draws - seeds, 0.0))
    mean = float(np.mean(gains))
    return Nested(
        before=band_of([b for b, _ in scores]) or NO_BAND,
        after=band_of([a for _, a in scores]) or NO_BAND,
        gain=Band(as_gain(mean), as_gain(mean - half), as_gain(mean + half)),
        level=level,
        p_better=float(np.mean(gains > 0) + 0.5 * np.mean(gains == 0)),
        pairs=count,
        failures=sum(bool(trial.failed) for trial in after) / count,
    )


def _locked(trial: Trial) -> float:
    return math.inf if trial.failed or trial.locked_score is None else trial.locked_score
