"""Stored pools of real trainings that decisions are drawn from: many redraws of one training, each in several copies.

The copies of a redraw share rows and split and differ in initial weights, order of rows and dropout, as the two runs of
a pair with a remedy that changes nothing do. Which copy plays which part is drawn, so that in a pool nothing is better
than anything else, exactly.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from planted.case import Array, Make
from planted.healthy import Training

COPIES = 5
"""A repair of three remedies is compared with the baseline and with three repairs of two: five runs on one split."""
STEP = 1_000_000
"""Seeds that differ by this share their rows."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Trainings of one healthy case.

    Attributes:
        name: of the case.
        held_out: score on held-out rows, shape (redraws, copies); infinite for a failed training.
        locked: the same on the locked rows.
        trivial: score of the best constant answer.
        overlap: what a run would correct the variance by: held-out rows over training rows where these are few.
        share: held-out rows over all others, whether or not they are few.
    """

    name: str
    held_out: Array
    locked: Array
    trivial: float
    overlap: float
    share: float


@dataclass(frozen=True)
class SameRows:
    """Deals rows as its plan does, alike for all copies of a redraw."""

    plan: Any

    def deal(self, data: Any, task: Any, split: Any, seed: int, purpose: str, share: float = 1.0) -> Any:
        """As `Plan.deal`."""
        return self.plan.deal(data, task, split, seed % STEP, purpose, share)


def fill(name: str, training: Training, redraws: int, keep: Path | None = None) -> Pool:
    """Train a healthy case on so many redraws, five copies each; takes what is kept already.

    Args:
        name: of the case.
        training: the case.
        redraws: of rows.
        keep: folder for the scores; None keeps nothing.
    """
    path = None if keep is None else keep / f"{name.replace(' ', '-').replace(',', '')}-{redraws}.npz"
    if path is None or not path.exists():
        values = _train(training, redraws)
        if path is None:
            return Pool(name, **values)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **values)
    with np.load(path, allow_pickle=False) as kept:
        arrays = {part: kept[part] for part in ("held_out", "locked")}
        return Pool(name, **arrays, **{part: float(kept[part]) for part in ("trivial", "overlap", "share")})


def _train(training: Training, redraws: int) -> dict[str, Any]:
    from lossclinic.core.rows import Plan
    from lossclinic.core.trial import Run
    from lossclinic.core.yardstick import yardstick_of
    from lossclinic.engine.train import train_one
    from lossclinic.experiments.confirm import FIRST_SEED

    case, plan = captured(training.make, 0), Plan(0)
    yardstick = yardstick_of(case, plan)
    held_out, locked = np.full((redraws, COPIES), np.inf), np.full((redraws, COPIES), np.inf)
    for redraw in range(redraws):
        for copy in range(COPIES):
            run = Run(case.recipe, FIRST_SEED + redraw + STEP * copy, "confirm", locked=True)
            trial = train_one(case, SameRows(plan), yardstick, run)  # type: ignore[arg-type]
            if not trial.failed and trial.locked_score is not None:
                held_out[redraw, copy], locked[redraw, copy] = trial.held_out, trial.locked_score
    rows = plan.deal(case.data, case.task, case.recipe.split, FIRST_SEED, "confirm")
    overlap, share = _overlaps(rows)
    return {"held_out": held_out, "locked": locked, "trivial": yardstick.trivial, "overlap": overlap, "share": share}


def captured(make: Make, seed: int) -> Any:
    """The training as the experiments see it, with the rows of a seed."""
    from lossclinic.intake.model import capture_model

    material = make(seed)
    fit = {name: value for name, value in material.fit.items() if name != "verbose"}
    with tempfile.TemporaryDirectory() as folder:
        case = capture_model(material.model, material.x, material.y, **fit, folder=Path(folder) / "1")
    return replace(case, folder="")


def other_rows(
    name: str, training: Training, worse: Callable[[Any], Any], tables: int, pairs: int, keep: Path | None = None
) -> tuple[Array, float, float]:
    """As `gains_on_other_rows`, which takes what is kept already; and `Pool.overlap` and `Pool.share`."""
    path = None if keep is None else keep / f"{name.replace(' ', '-')}-other-{tables}-{pairs}.npz"
    if path is not None and path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return kept["gains"], float(kept["overlap"]), float(kept["share"])
    gains, rows = gains_on_other_rows(training, worse, tables, pairs)
    overlap, share = _overlaps(rows)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, gains=gains, overlap=overlap, share=share)
    return gains, overlap, share


def _overlaps(rows: Any) -> tuple[float, float]:
    from lossclinic.experiments.judge import FEW_ROWS

    few = len(rows.train) < FEW_ROWS
    overlap = len(rows.held_out) / len(rows.train) if few else 0.0
    return overlap, len(rows.held_out) / (len(rows.train) + len(rows.validation))


def gains_on_other_rows(training: Training, worse: Callable[[Any], Any], tables: int, pairs: int) -> tuple[Array, Any]:
    """Log gains of a training over a worse one, on tables of rows that are each drawn anew from the same source.

    Args:
        training: its `rows` draw a new table for each seed.
        worse: recipe → the recipe that it is compared with.
        tables: how many.
        pairs: paired redraws on each.

    Returns:
        The gains, shape (tables, pairs), and the rows of one draw.
    """
    from lossclinic.core.case import Data
    from lossclinic.core.gain import log_gain
    from lossclinic.core.rows import Plan
    from lossclinic.core.trial import Run
    from lossclinic.core.yardstick import yardstick_of
    from lossclinic.engine.train import train_one
    from lossclinic.experiments.confirm import FIRST_SEED

    first, gains = captured(training.make, 0), np.zeros((tables, pairs))
    recipes = (worse(first.recipe), first.recipe)
    for table in range(tables):
        x, y = training.rows(table)
        plan = Plan(table)
        case = replace(first, data=Data(np.asarray(x), np.asarray(y), first.data.n_train))
        yardstick = yardstick_of(case, plan)
        for pair in range(pairs):
            seed = FIRST_SEED + pair
            before, after = (train_one(case, plan, yardstick, Run(recipe, seed, "confirm")) for recipe in recipes)
            gains[table, pair] = log_gain(before.held_out, after.held_out, yardstick.trivial)
    return gains, Plan(0).deal(first.data, first.task, first.recipe.split, FIRST_SEED, "confirm")
