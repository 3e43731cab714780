"""Find the first number of a training that is not finite: when, in which tensor, in which layer, by which rows."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case
from lossclinic.core.probe import Breakdown
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.orders import orders_of
from lossclinic.engine.probe import gradient_of, watcher
from lossclinic.engine.program import State, at_rate

Array = np.ndarray[Any, Any]
MOST_ROWS = 5
MOST_SINGLE = 256
"""Rows of the batch that are asked one by one."""


def find_breakdown(
    case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float = float("inf")
) -> Json | None:
    """Train up to the epoch that fails, go through it update by update, and look into the one that breaks.

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score (part of the compiled program).
        recipe: what to train.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which nothing is found.

    Returns:
        A `Breakdown` as plain data; None where every loss and weight stays finite, or time is up.
    """
    from lossclinic.engine.stepped import OutOfTimeError
    from lossclinic.engine.train import start

    run = Run(recipe, seed)
    training = start(case, plan, yardstick, run)
    try:
        training.to_the_end(deadline)
    except OutOfTimeError:
        return None
    if np.isfinite(training.table[:, 0]).all():
        return None
    last = len(training.table) - 1
    again = start(case, plan, yardstick, run)
    try:
        for epoch in range(last):
            again._advance(epoch, np.zeros(1, dtype=bool), deadline)
    except OutOfTimeError:
        return None
    fresh = largest(start(case, plan, yardstick, run).state)
    rate = again.pace.rate(last)
    state = again.state if rate is None else at_rate(again.program, again.state, rate)
    dealt = plan.deal(case.data, case.task, recipe.split, seed, run.purpose).train
    known = dealt if recipe.resampling is None else None
    return _first(again, state, last, fresh, known, deadline)


def largest(state: State) -> float:
    """Largest size of a weight."""
    return max((float(np.max(np.abs(np.asarray(v)))) for v in state["tv"] if np.size(v)), default=0.0)


def _first(training: Any, state: State, epoch: int, fresh: float, dealt: Array | None, deadline: float) -> Json | None:
    program, block = training.program, training.prepared.train
    step, gradient = program.single_step, gradient_of(program)
    order = orders_of(training.run.recipe, block.target, epoch, 1, training.run.seed)[0]
    for number, begin in enumerate(range(0, program.rows, program.batch), start=1):
        if time.monotonic() > deadline:
            return None
        places = order[begin : begin + program.batch]
        rows = (block.x[places], block.y[places], block.weight[places])
        after, loss = step(state, *rows)
        if np.isfinite(float(loss)) and all(np.isfinite(np.asarray(v)).all() for v in after["tv"]):
            state = after
            continue
        tensor, layer, guilty, size = _look(program, gradient, state, rows)
        named = () if dealt is None else tuple(int(dealt[places[i]]) for i in guilty[:MOST_ROWS])
        size_of_weights = largest(state)
        growth = size_of_weights / fresh if fresh > 0 else 1.0
        return plain(Breakdown(epoch + 1, number, tensor, layer, named, size_of_weights, growth, size))
    return None


def _look(program: Any, gradient: Any, state: State, rows: Any) -> tuple[str, str, list[int], float]:
    """Tensor, layer, places in the batch and the largest finite activation, in the order in which an update goes."""
    x, y, _ = rows
    for tensor, values in (("input", x), ("target", y)):
        bad = _bad_rows(values)
        if bad:
            return tensor, "", bad, float("nan")
    layers = [layer for layer in program.model.layers if type(layer).__name__ != "InputLayer"]
    size = 0.0
    for layer, output in zip(layers, watcher(program.model, layers)(state, x), strict=True):
        values = np.asarray(output)
        bad = _bad_rows(values)
        if bad:
            return "activation", layer.name, bad, size
        size = max(size, float(np.max(np.abs(values), initial=0.0)))
    losses: list[int] = []
    slopes: list[int] = []
    for place in range(min(len(x), MOST_SINGLE)):
        loss, grads = gradient(state, *(values[place : place + 1] for values in rows))
        if not np.isfinite(float(loss)):
            losses.append(place)
        elif not all(np.isfinite(np.asarray(g)).all() for g in grads):
            slopes.append(place)
    whole, grads = gradient(state, *rows)
    if losses or not np.isfinite(float(whole)):
        return "loss", "", losses, size
    broken = [i for i, g in enumerate(grads) if not np.isfinite(np.asarray(g)).all()]
    if broken:
        # The gradient comes from behind: the last layer that has a broken one is where it broke.
        return "gradient", _owner(program.model, broken[-1]), slopes, size
    return "weight", "", [], size


def _bad_rows(values: Array) -> list[int]:
    values = np.asarray(values)
    if values.dtype.kind != "f" or not values.ndim:
        return []
    return np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1)).tolist()


def _owner(model: Any, index: int) -> str:
    variable = model.trainable_variables[index]
    return next((layer.name for layer in model.layers if any(v is variable for v in layer.trainable_variables)), "")
