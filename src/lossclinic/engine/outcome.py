"""From the table of epochs to a trial: when training ends, which epoch counts, what failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe, Stop
from lossclinic.core.task import Task
from lossclinic.core.trial import Answers, Run, Trial, choose_epoch
from lossclinic.core.yardstick import Yardstick, link_of, natural
from lossclinic.engine.orders import recorded_epochs
from lossclinic.engine.prepare import Block, Prepared

Array = np.ndarray[Any, Any]
COLUMNS = ("train_loss", "val_loss", "train_score", "held_out_score", "held_out_agreement")
"""What one epoch gives, in the order of a table's columns."""
NOT_FINITE = "non-finite loss"
NOT_FINITE_SCORE = "non-finite predictions on held-out rows"


@dataclass(frozen=True, eq=False)
class Kept:
    """What a training gives beside its table, as far as it was asked for; as in `Trial`."""

    locked: float | None = None
    weights: tuple[Array, ...] = ()
    answers: Answers | None = None


def chosen_epoch(stop: Stop | None, table: Array) -> int:
    """0-based epoch whose weights count, from a table with one row for each epoch so far."""
    if stop is None:
        return len(table) - 1
    return choose_epoch(stop, table[:, 0].tolist(), table[:, 1].tolist())


def stopping_epoch(stop: Stop, train_loss: Array, val_loss: Array) -> int | None:
    """The 0-based epoch after which the stop rule ends training, or None while it goes on."""
    last = replace(stop, restore_best=False)
    worse = np.inf if stop.mode == "min" else -np.inf
    none = np.nan if np.isnan(val_loss).all() else worse
    # One more epoch without improvement is chosen only where training had not ended before it.
    if choose_epoch(last, [*train_loss, worse], [*val_loss, none]) < len(train_loss):
        return choose_epoch(last, train_loss.tolist(), val_loss.tolist())
    return None


def make_trial(
    run: Run,
    table: Array,
    seconds: float,
    at_the_end: Callable[[], Kept],
    *,
    chosen: int | None = None,
) -> Trial:
    """The trial that a table of epochs amounts to.

    Args:
        run: what was trained.
        table: one row for each epoch that was trained, columns as in `COLUMNS`.
        seconds: wall time.
        at_the_end: gives what is to be kept of the chosen epoch; only called where something is, and nothing failed.
        chosen: 0-based epoch that counts; None: the one that the stop rule keeps.
    """
    recorded = recorded_epochs(run.recipe)
    kept = np.union1d(recorded[recorded < len(table)], [len(table) - 1]).astype(int)
    columns: dict[str, Any] = {name: tuple(float(v) for v in table[kept, i]) for i, name in enumerate(COLUMNS)}
    epochs = tuple(int(epoch) + 1 for epoch in kept)
    if not np.isfinite(table[:, 0]).all():
        return Trial(run.key, epochs, **columns, chosen=len(kept) - 1, failed=NOT_FINITE, seconds=seconds)
    chosen = int(np.searchsorted(kept, chosen_epoch(run.recipe.stop, table) if chosen is None else chosen))
    if not np.isfinite(columns["held_out_score"][chosen]):
        return Trial(run.key, epochs, **columns, chosen=chosen, failed=NOT_FINITE_SCORE, seconds=seconds)
    kept_of_it = at_the_end() if run.locked or run.keep_weights or run.keep_answers else Kept()
    return Trial(
        run.key, epochs, **columns, chosen=chosen, locked_score=kept_of_it.locked, seconds=seconds,
        weights=kept_of_it.weights, answers=kept_of_it.answers,
    )  # fmt: skip


def score_rows(
    task: Task, yardstick: Yardstick, recipe: Recipe, prepared: Prepared, raw: Array, block: Block
) -> tuple[float, float]:
    """Yardstick and agreement of raw outputs on some rows."""
    values = natural(np, task, link_of(recipe, task), raw, prepared.mean, prepared.std)
    return float(yardstick.score(np, block.target, values)), float(yardstick.agreement(np, block.target, values))


def reason(error: BaseException) -> str:
    """An exception in one short line: its class and first line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
