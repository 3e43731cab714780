"""From paired trials to the answer: which training is better, and whether that can be shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lossclinic.core.compared import Against, Candidate, Compared, ComparedEnding
from lossclinic.core.gain import log_gain, lowered
from lossclinic.core.report import NO_BAND, Band, band_of
from lossclinic.core.trial import Trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.outcome import NOT_FINITE
from lossclinic.experiments.judge import compare, log_gains
from lossclinic.selection.entries import Entry
from lossclinic.selection.question import FEWEST_REPEATS
from lossclinic.selection.work import Trained, seconds_of

LEVEL = 0.95
LEAST_SHOWN = -9.99
"""Gains have no lower bound; intervals are shown down to here."""


def candidates_of(entries: Sequence[Entry], trained: Trained, min_gain: float) -> tuple[Candidate, ...]:
    """Every training with its scores, the best first, and the best against each of the others.

    The best is the one whose held-out losses are lowest on average (of their logarithms). The level of the intervals
    is that of all pairs together (Bonferroni), since the best was chosen by the same repeats.

    Args:
        entries: what was compared.
        trained: their trials.
        min_gain: smallest relative difference that matters.
    """
    yardstick, trials = trained.yardstick, trained.trials
    order = sorted(range(len(entries)), key=lambda at: -_standing(trials[at], yardstick))
    best, pairs = order[0], len(entries) * (len(entries) - 1) // 2
    overlap = len(trained.rows.held_out) / max(len(trained.rows.train) + len(trained.rows.validation), 1)
    told: list[Candidate] = []
    for at in order:
        against = None
        if at != best and len(trials[at]) >= FEWEST_REPEATS:
            level = 1 - (1 - LEVEL) / pairs
            against = _against(trials[best], trials[at], yardstick, overlap, level, min_gain)
        told.append(_candidate(entries[at], trials[at], yardstick, against))
    return tuple(told)


def _standing(trials: Sequence[Trial], yardstick: Yardstick) -> float:
    """Mean log gain over the best constant answer; failed trainings count as far worse than it."""
    gains = [log_gain(yardstick.trivial, trial.held_out, yardstick.trivial) for trial in trials]
    return float(np.mean(gains)) if gains else -math.inf


def _average(trials: Sequence[Trial], yardstick: Yardstick) -> float:
    """The score that stands where these trials stand on average."""
    if all(trial.failed for trial in trials):
        return math.inf
    return lowered(yardstick.trivial, _standing(trials, yardstick), yardstick.trivial)


def _candidate(entry: Entry, trials: Sequence[Trial], yardstick: Yardstick, against: Against | None) -> Candidate:
    case = entry.case
    return Candidate(
        entry.name,
        case.name,
        _average(trials, yardstick),
        band_of([trial.held_out for trial in trials]) or NO_BAND,
        band_of([trial.train for trial in trials]) or NO_BAND,
        band_of([trial.agreement for trial in trials]) if yardstick.agreement_name else None,
        tuple(trial.held_out for trial in trials),
        sum(bool(trial.failed) for trial in trials),
        next((trial.failed for trial in trials if trial.failed), ""),
        case.observed.parameters,
        seconds_of(trials),
        against,
    )


def _against(
    best: Sequence[Trial], other: Sequence[Trial], yardstick: Yardstick, overlap: float, level: float, min_gain: float
) -> Against:
    """The best against another one.

    The training sets of the repeats overlap, so their scores are correlated; the variance of their mean is corrected
    for it (Nadeau & Bengio 2003; for repeated K-fold cross-validation Bouckaert & Frank 2004). The probability is that
    of the correlated t-test of Corani & Benavoli (2015), which has the same scale.
    """
    gains = log_gains(other, best, yardstick)
    pairs = compare(gains, overlap, level)
    # Equal scores throughout say nothing of either being better.
    p_better = 0.5 if not np.any(gains) else 1 - pairs.p_value
    failed = [sum(bool(trial.failed) for trial in trials) for trials in (best, other)]
    gain = Band(pairs.median, max(pairs.low, LEAST_SHOWN), pairs.high)
    rest = (gain, level, p_better, pairs.p_better, pairs.count)
    if failed[0] > failed[1]:
        return Against(
            *rest, "open", f"{failed[0]} of its {pairs.count} trainings failed, and {failed[1]} of the other"
        )
    other_way = next((trial.failed for trial in other if trial.failed and trial.failed != NOT_FINITE), "")
    if other_way and failed[1] == pairs.count:
        # Other than a loss that is no number, this may say more of what can be trained outside the script.
        return Against(*rest, "open", f"it could not be trained: {other_way}")
    # A loss that is larger by m/(1 - m) falls by m: the same difference seen from the other side.
    if -min_gain / (1 - min_gain) <= pairs.low and pairs.high <= min_gain:
        return Against(*rest, "equal")
    if pairs.low > 0:
        return Against(*rest, "better")
    return Against(*rest, "open", "no difference at all is possible too")


def ending_of(candidates: Sequence[Candidate]) -> ComparedEnding:
    """How it ended, from the candidates, the best first."""
    if not candidates or any(candidate.against is None for candidate in candidates[1:]):
        return "budget-too-small"
    if math.isinf(candidates[0].score):
        return "failed"
    outcomes = {candidate.against.outcome for candidate in candidates[1:] if candidate.against}
    if "open" in outcomes:
        return "not-known"
    return "no-difference" if "equal" in outcomes else "better"


def answer_of(compared: Compared) -> str:
    """The first line."""
    ending, told, what = compared.ending, compared.candidates, compared.yardstick
    if ending == "budget-too-small":
        why = "Interrupted" if compared.interrupted else "The budget was too small to tell"
        return f"{why}: {compared.repeats} of {compared.wanted} repeats were through, and {FEWEST_REPEATS} are needed."
    if ending == "failed":
        return "None of the trainings gave a score: all of them failed."
    best = told[0]
    if ending == "better":
        next_ = told[1]
        assert next_.against is not None
        head = f"{best.name} is better than {next_.name}"
        if len(told) > 2:
            head = f"{best.name} is the best of {len(told)}, and better than {next_.name}, the next"
        return f"{head}: held-out {what} {_fall(best, next_)} ({_sure(next_.against)})."
    outcome = "equal" if ending == "no-difference" else "open"
    near = next(c for c in told[1:] if c.against is not None and c.against.outcome == outcome)
    assert near.against is not None
    between = f"between {best.name} and {near.name}"
    shown = "" if ending == "no-difference" else " can be shown"
    head = f"No difference that matters{shown} {between}: held-out {what}"
    worse = [c.name for c in told[1:] if c.against is not None and c.against.outcome == "better"]
    beaten = f" {' and '.join(worse)} {'is' if len(worse) == 1 else 'are'} worse than {best.name}." if worse else ""
    return f"{head} {_fall(best, near)} ({_sure(near.against)}).{beaten}"


def _fall(best: Candidate, other: Candidate) -> str:
    if math.isinf(other.score):
        return f"{best.score:.3g} against a training that failed"
    return f"{best.score:.3g} against {other.score:.3g}"


def _sure(against: Against) -> str:
    return (
        f"better in {round(against.wins * against.pairs)} of {against.pairs} repeats, {probability(against.p_better)}"
    )


def probability(share: float) -> str:
    """A probability as people read it: "P = 0.98", "P > 0.99"."""
    if share > 0.99:
        return "P > 0.99"
    return "P < 0.01" if share < 0.01 else f"P = {share:.2f}"
