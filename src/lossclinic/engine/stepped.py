"""One compiled step, called for each batch: for models that a compiled loop would slow down."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe
from lossclinic.engine.outcome import COLUMNS
from lossclinic.engine.prepare import Block
from lossclinic.engine.program import Program, State, position_weights

Array = np.ndarray[Any, Any]
ROWS_AT_ONCE = 256


class OutOfTimeError(Exception):
    """The deadline passed in the middle of a training."""


def advance(
    program: Program, recipe: Recipe, state: State, arrays: Any, order: Array, record: Array, deadline: float
) -> Any:
    """Train some epochs; arguments and result as in `fused.advance`.

    Raises:
        OutOfTimeError: when the clock passes `deadline` (`time.monotonic`) between two batches.
    """
    step, weights = _compiled(program), position_weights(program, recipe)
    table = np.full((len(order), len(COLUMNS)), np.nan)
    for epoch, places in enumerate(order):
        losses: list[tuple[Any, int]] = []
        for start in range(0, program.rows, program.batch):
            if time.monotonic() > deadline:
                raise OutOfTimeError
            idx = places[start : start + program.batch]
            rows = len(idx)
            if program.masked and rows < program.batch:  # filled up with rows of no weight: one shape, one compilation
                idx = np.resize(idx, program.batch)
            state, loss = _timed(program, step, state, arrays, idx, weights[start // program.batch])
            losses.append((loss, rows))
        table[epoch, 0] = sum(float(loss) * size for loss, size in losses) / program.rows
        if record[epoch]:
            raw = predict(program, state, arrays["x_score"], deadline)
            val_loss = _validation_loss(program, state, arrays, deadline)
            table[epoch, 1:] = np.asarray(program.compiled["scores"](raw, val_loss, arrays))
        state = program.validated(state)
    return state, table


def _compiled(program: Program) -> Any:
    if "step" not in program.compiled:
        import jax

        def on_rows(state: State, x: Any, y: Any, weight: Any, idx: Any, place_weight: Any) -> Any:
            return program.step(state, x[idx], y[idx], weight[idx] * place_weight[: len(idx)])

        program.compiled["step"] = jax.jit(on_rows)
        program.compiled["validate"] = jax.jit(program.validate)
        program.compiled["scores"] = jax.jit(program.scores)
    return program.compiled["step"]


def _timed(program: Program, step: Any, state: State, arrays: Any, idx: Array, weights: Array) -> Any:
    """Call the step; the first call with each batch size compiles, and its time is written down as such."""
    if f"rows {len(idx)}" in program.compiled:
        return step(state, arrays["x"], arrays["y"], arrays["weight"], idx, weights)
    started = time.perf_counter()
    result = step(state, arrays["x"], arrays["y"], arrays["weight"], idx, weights)
    program.compiled[f"rows {len(idx)}"] = True
    program.compiled["seconds"] = program.compiled.get("seconds", 0.0) + time.perf_counter() - started
    return result


def _validation_loss(program: Program, state: State, arrays: Any, deadline: float) -> Any:
    rows = len(arrays["x_validation"])
    # Evenly sized parts, where the size is free: each size is compiled.
    size = program.batch_size if program.by_batches else -(-rows // max(-(-rows // ROWS_AT_ONCE), 1))
    total = 0.0 if rows else float("nan")
    for start in range(0, rows, max(size, 1)):
        if time.monotonic() > deadline:
            raise OutOfTimeError
        part = [arrays[name][start : start + size] for name in ("x_validation", "y_validation", "w_validation")]
        total += float(program.compiled["validate"](state, *part)) * len(part[0])
    return np.float32(total / max(rows, 1))


def loss_on(program: Program, state: State, block: Block) -> float:
    """The recipe's own loss on some rows, as `evaluate` gives it."""
    _compiled(program)
    rows = {"x_validation": block.x, "y_validation": block.y, "w_validation": block.weight}
    return float(_validation_loss(program, state, rows, float("inf")))


def predict(program: Program, state: State, x: Any, deadline: float = float("inf")) -> Any:
    """Raw outputs for rows `x`, a few rows at a time.

    Raises:
        OutOfTimeError: when the clock passes `deadline` between two blocks of rows.
    """
    import jax
    import jax.numpy as jnp

    if "forward" not in program.compiled:
        program.compiled["forward"] = jax.jit(program.forward)
    size = min(ROWS_AT_ONCE, max(len(x), 1))
    parts: list[Any] = []
    for start in range(0, len(x), size):
        if time.monotonic() > deadline:
            raise OutOfTimeError
        part = x[start : start + size]
        short = size - len(part)
        # One shape means one compilation: the last block is filled with copies of its first row.
        padded = jnp.concatenate([part, jnp.repeat(part[:1], short, axis=0)]) if short else part
        parts.append(program.compiled["forward"](state, padded)[: len(part)])
    return jnp.concatenate(parts)
