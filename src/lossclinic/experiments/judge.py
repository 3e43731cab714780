"""From paired trials to a verdict: the statistics of the experiment protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.gain import LEARNT, as_gain, learnt_nothing, log_gain
from lossclinic.core.trial import Trial, Verdict
from lossclinic.core.yardstick import Yardstick

LOOKS = ((5, 0.010), (10, 0.015), (20, 0.025))
"""Pairs at which the data are looked at, and the one-sided level of each look. Their sum bounds the total at .05."""
BETTER_SHARE = 0.75
RESCUED = 0.05
"""Level of the test on how many runs learn nothing; it comes on top of the one on the gain."""
FEW_ROWS = 150
"""Below this many usable rows the redrawn splits overlap so much that the variance is corrected for it."""


def log_gains(before: Sequence[Trial], after: Sequence[Trial], yardstick: Yardstick) -> np.ndarray:
    """Log gain on held-out rows (`core.gain`), one value for each pair."""
    pairs = zip(before, after, strict=True)
    return np.array([log_gain(b.held_out, a.held_out, yardstick.trivial) for b, a in pairs])


@dataclass(frozen=True)
class Pairs:
    """What paired runs say about the gain.

    Attributes:
        median: relative gain (back-transformed mean of the log ratios, the median where these are symmetric).
        low: lower end of the two-sided interval.
        high: upper end.
        p_better: share of pairs in which the arm was better (ties count half).
        p_value: one-sided paired t-test on the log ratios against "no gain".
        count: number of pairs.
    """

    median: float
    low: float
    high: float
    p_better: float
    p_value: float
    count: int


def compare(gains: np.ndarray, overlap: float = 0.0, level: float = 0.95) -> Pairs:
    """Summarise paired log gains.

    Args:
        gains: from `log_gains`, shape (pairs,), at least 1.
        overlap: held-out rows over training rows where rows are few, else 0. The variance of a mean over
            redrawn splits is then s^2 (1/J + overlap) (Nadeau & Bengio 2003, "Inference for the Generalization Error").
        level: of the interval.
    """
    from scipy import stats

    count = len(gains)
    mean = float(np.mean(gains))
    better = float(np.mean(gains > 0) + 0.5 * np.mean(gains == 0))
    if count < 2:
        return Pairs(as_gain(mean), -math.inf, 1.0, better, 1.0, count)
    error = float(np.std(gains, ddof=1)) * math.sqrt(1 / count + overlap)
    if error < 1e-12:
        p_value = 0.0 if mean > 1e-9 else 1.0
        return Pairs(as_gain(mean), as_gain(mean), as_gain(mean), better, p_value, count)
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    p_value = float(stats.t.sf(mean / error, count - 1))
    return Pairs(as_gain(mean), as_gain(mean - half), as_gain(mean + half), better, p_value, count)


def stuck(trials: Sequence[Trial], yardstick: Yardstick) -> np.ndarray:
    """Which runs failed or learnt nothing, shape (runs,)."""
    return np.array([learnt_nothing(_on_training_rows(t), yardstick.trivial) for t in trials], bool)


def rescue_p_value(before: Sequence[Trial], after: Sequence[Trial], yardstick: Yardstick) -> float:
    """One-sided exact test on the pairs of which one run learns nothing and the other something (McNemar 1947).

    Args:
        before: trials without the change.
        after: trials with it, on the same seeds in the same order.
        yardstick: the case's score.
    """
    from scipy import stats

    nothing = stuck(before, yardstick), stuck(after, yardstick)
    something = [
        np.array([_on_training_rows(t) < LEARNT * yardstick.trivial for t in trials], bool)
        for trials in (before, after)
    ]
    rescued, lost = int(np.sum(nothing[0] & something[1])), int(np.sum(nothing[1] & something[0]))
    return float(stats.binomtest(rescued, rescued + lost, 0.5, "greater").pvalue) if rescued + lost else 1.0


def _on_training_rows(trial: Trial) -> float:
    return trial.train if math.isfinite(trial.train) else trial.held_out


def failure_bound(failures: int, runs: int) -> float:
    """Upper 95 % bound of a failure rate (Clopper & Pearson 1934, one-sided)."""
    from scipy import stats

    return 1.0 if failures >= runs else float(stats.beta.ppf(0.95, failures + 1, runs - failures))


def judge(
    name: str,
    before: Sequence[Trial],
    after: Sequence[Trial],
    yardstick: Yardstick,
    *,
    comparisons: float,
    min_gain: float,
    overlap: float = 0.0,
    locked: bool = True,
) -> Verdict:
    """Decide whether an arm is verified against what it is compared with.

    Args:
        name: the arm's name.
        before: trials without the change, on fresh seeds.
        after: trials with it, on the same seeds in the same order.
        yardstick: the case's score.
        comparisons: what the level is divided by, as those that are judged together share it (`confirm.shared`,
            `ablation.drop_further`); 1 for a question of its own.
        min_gain: smallest relative gain that is called useful.
        overlap: see `compare`.
        locked: whether the locked rows must agree in sign.
    """
    pairs = compare(log_gains(before, after, yardstick), overlap)
    level = max((alpha for count, alpha in LOOKS if count <= pairs.count), default=0.0) / comparisons
    failed_before, failed = (sum(bool(t.failed) for t in trials) for trials in (before, after))
    stuck_before, stuck_after = (int(stuck(trials, yardstick).sum()) for trials in (before, after))
    fewer_stuck = stuck_after < stuck_before
    # A fault that strikes on some seeds only leaves the other pairs to chance, and the size of the gain to how often it
    # happens to strike: that fewer trainings are lost is useful, whatever the mean gain is at least.
    rescues = rescue_p_value(before, after, yardstick) <= RESCUED
    least = 0.0 if rescues else min_gain
    conditions = (
        (
            pairs.count >= LOOKS[0][0],
            f"only {pairs.count} paired runs fitted into the budget, {LOOKS[0][0]} are needed",
        ),
        (failed <= failed_before, f"{failed} of {pairs.count} treated runs failed, {failed_before} before"),
        (pairs.p_value <= level, f"p = {pairs.p_value:.3g} is above the level of {level:.3g}"),
        (pairs.low > least, f"the gain may be as small as {pairs.low:.0%} (useful is above {least:.0%})"),
        (pairs.p_better >= BETTER_SHARE or rescues, f"better in only {pairs.p_better:.0%} of the pairs"),
        (not locked or _same_sign(before, after, yardstick, fewer_stuck), "the locked rows do not show the gain"),
    )
    why_not = next((why for holds, why in conditions if not holds), "")
    return Verdict(
        name,
        pairs.median,
        pairs.low,
        pairs.high,
        pairs.p_better,
        min(1.0, pairs.p_value * comparisons),
        pairs.count,
        failed / max(pairs.count, 1),
        failure_bound(failed, max(pairs.count, 1)),
        not why_not,
        why_not,
        stuck_before,
        stuck_after,
    )


def _same_sign(before: Sequence[Trial], after: Sequence[Trial], yardstick: Yardstick, fewer_stuck: bool) -> bool:
    """Whether the locked rows agree: by their medians, or by the mean log gain where runs that learn nothing decide."""
    if locked_median(after) < locked_median(before):
        return True
    if not fewer_stuck:
        return False
    scores = zip(locked_scores(before), locked_scores(after), strict=True)
    return sum(log_gain(b, a, yardstick.trivial) for b, a in scores) > 0


def locked_scores(trials: Sequence[Trial]) -> list[float]:
    """Scores on the locked rows; infinite where a run failed."""
    return [t.locked_score if t.locked_score is not None and not t.failed else math.inf for t in trials]


def locked_median(trials: Sequence[Trial]) -> float:
    """Median score on the locked rows; infinite where every run failed."""
    scores = locked_scores(trials)
    return float(np.median(scores)) if scores else math.inf


def hopeless(verdict: Verdict, min_gain: float) -> bool:
    """Whether more pairs are a waste: the interval lies below the useful gain, or half of enough pairs are worse.

    Of five pairs, half are worse for one useful arm in ten (better in 3 of 4 pairs); of ten, for one in fifty. Where
    fewer runs learn nothing, how many pairs are better is not the question.
    """
    worse = verdict.p_better < 0.5 and verdict.stuck >= verdict.stuck_before
    return verdict.high < min_gain or (verdict.pairs >= LOOKS[1][0] and worse)
