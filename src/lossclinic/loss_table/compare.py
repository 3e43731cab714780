"""From paired trainings to cells, rows and the first line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.loss_table import LossCell, LossRow, TableEnding
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import Band
from lossclinic.core.trial import Trial
from lossclinic.experiments.judge import BETTER_SHARE
from lossclinic.loss_table.yardsticks import Measure
from lossclinic.prescribe.code import loss_code

LEVEL = 0.95
FEWEST_REPEATS = 5
"""Fewer say nothing of how much the repeats vary."""


@dataclass(frozen=True, eq=False)
class Trained:
    """One loss and its trainings on fresh seeds.

    Attributes:
        name: for people.
        recipe: at the rate that suits it.
        trials: seed → its training; a seed for which there was no time is missing.
    """

    name: str
    recipe: Recipe
    trials: Mapping[int, Trial]


def level_of(losses: int) -> float:
    """Level of each interval, so that all comparisons by one yardstick hold together (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(losses - 1, 1)


def row_of(one: Trained, own: Trained, measures: Mapping[str, Measure], level: float) -> LossRow:
    """A loss beside the script's own, on the repeats in which both could be trained.

    Args:
        one: the loss.
        own: the script's own.
        measures: the yardsticks.
        level: of the intervals.
    """
    seeds = [
        seed for seed in one.trials if seed in own.trials and one.trials[seed].answers and own.trials[seed].answers
    ]
    cells = {name: _cell(one, own, measure, seeds, level) for name, measure in measures.items()}
    failures = sum(bool(trial.failed) for trial in one.trials.values())
    code = loss_code(one.recipe.loss, lambda module, name: f"keras.{module}.{name}")
    if failures:  # what fails is better by no yardstick
        cells = {name: _without_praise(cell) for name, cell in cells.items()}
    return LossRow(one.name, code, one.recipe.learning_rate, len(seeds), failures, cells)


def _without_praise(cell: LossCell) -> LossCell:
    kept = "not different" if cell.verdict == "better" else cell.verdict
    return LossCell(cell.mean, cell.difference, cell.better_in, kept)


def _cell(one: Trained, own: Trained, measure: Measure, seeds: Sequence[int], level: float) -> LossCell:
    values, others = (_values(each, measure, seeds) for each in (one, own))
    known = np.isfinite(values) & np.isfinite(others)
    values, others = values[known], others[known]
    mean = float(np.mean(values)) if len(values) else math.nan
    if one is own:
        return LossCell(mean, None, 0.0, "own")
    better = (values - others) * (1 if measure.better == "higher" else -1)
    times = float(np.sum(better > 0) + 0.5 * np.sum(better == 0))
    if len(better) < 2:
        return LossCell(mean, None, times, "unknown")
    band = _interval(better, _overlap(own, seeds), level)
    verdict = "not different"
    if len(better) < FEWEST_REPEATS:
        verdict = "unknown"
    elif band.low > 0 and times >= BETTER_SHARE * len(better):
        verdict = "better"
    elif band.high < 0:
        verdict = "worse"
    return LossCell(mean, band, times, verdict)


def _values(one: Trained, measure: Measure, seeds: Sequence[int]) -> np.ndarray:
    answers = [one.trials[seed].answers for seed in seeds]
    return np.array([math.nan if each is None else measure.value(each) for each in answers])


def _overlap(own: Trained, seeds: Sequence[int]) -> float:
    """Held-out rows over training rows of one repeat."""
    answers = next((a for seed in seeds if (a := own.trials[seed].answers) is not None), None)
    return len(answers.target) / max(answers.trained_on, 1) if answers else 0.0


def _interval(better: np.ndarray, overlap: float, level: float) -> Band:
    """Mean difference and its interval for other rows and other seeds.

    The repeats share most of their training rows, so their differences are more alike than those of fresh data: the
    variance of their mean is s^2 (1/J + held-out rows / training rows) (Nadeau & Bengio 2003, "Inference for the
    Generalization Error").
    """
    from scipy import stats

    count, mean = len(better), float(np.mean(better))
    error = float(np.std(better, ddof=1)) * math.sqrt(1 / count + overlap)
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return Band(mean, mean - half, mean + half)


def ending_of(rows: Sequence[LossRow]) -> TableEnding:
    """How a comparison ended."""
    if rows and not rows[0].repeats and rows[0].failures:
        return "failed"
    enough = len(rows) > 1 and all(row.repeats + row.failures >= FEWEST_REPEATS for row in rows)
    return "compared" if enough else "budget-too-small"


def answer_of(rows: Sequence[LossRow], measures: Mapping[str, Measure], ending: TableEnding, interrupted: bool) -> str:
    """The first line: which loss to keep, and by which yardstick another one is better."""
    if ending == "failed":
        return f"The training with {rows[0].name} failed in every repeat: repair that first."
    repeats = min((row.repeats for row in rows), default=0)
    if ending == "budget-too-small":
        why = "interrupted" if interrupted else "the budget was used up"
        return f"Not known: {why} after {repeats} of at least {FEWEST_REPEATS} repeats with every loss."
    own, best = rows[0], {name: _best(rows, name) for name in measures}
    kept = [name for name, row in best.items() if row is None]
    if len(kept) == len(measures):
        return f"Keep {own.name}: by no yardstick is another loss surely better ({repeats} repeats)."
    parts = [f"by {_listed(kept)} keep {own.name}"] if kept else []
    for row in dict.fromkeys(id(row) for row in best.values() if row is not None):
        winner = next(each for each in rows if id(each) == row)
        parts.append(_praise(winner, own, [name for name, each in best.items() if each is winner]))
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}."


def _best(rows: Sequence[LossRow], name: str) -> LossRow | None:
    """The loss that is surely better than the script's own, and by most; None where none is."""
    better = [row for row in rows if row.cells[name].verdict == "better"]
    return max(better, key=lambda row: _gap(row, name), default=None)


def _gap(row: LossRow, name: str) -> float:
    band = row.cells[name].difference
    return band.median if band else 0.0


def _praise(winner: LossRow, own: LossRow, names: Sequence[str]) -> str:
    # The widest lead for its own uncertainty speaks for all.
    name = max(names, key=lambda each: _sureness(winner.cells[each]))
    cell = winner.cells[name]
    figures = f"{_short(cell.mean)} against {_short(own.cells[name].mean)} in {cell.better_in:g} of {winner.repeats}"
    which = f"{name} " if len(names) > 1 else ""
    return f"by {_listed(names)} {winner.name} is better: {which}{figures} repeats"


def _sureness(cell: LossCell) -> float:
    band = cell.difference
    return band.median / max(band.high - band.low, 1e-12) if band else 0.0


def _short(value: float) -> str:
    return f"{value:.2f}" if 0.05 <= abs(value) < 1 else f"{value:.3g}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
