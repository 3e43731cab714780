"""Many epochs of one network in one compiled program: loops over epochs and batches, scores included."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe
from lossclinic.engine.evaluate import measure
from lossclinic.engine.outcome import COLUMNS
from lossclinic.engine.program import Program, State, position_weights

Array = np.ndarray[Any, Any]
MOST_EPOCHS = 64
MOST_PLACES = 4_000_000


def capacity(rows: int) -> int:
    """Epochs that one call can hold: the orders of a call take at most 16 MB."""
    return int(np.clip(MOST_PLACES // max(rows, 1), 1, MOST_EPOCHS))


def advance(program: Program, recipe: Recipe, state: State, arrays: Any, order: Array, record: Array) -> Any:
    """Train some epochs.

    Args:
        program: the compiled structure.
        recipe: the recipe.
        state: where training stands.
        arrays: from `device_arrays`.
        order: row numbers, shape (epochs, rows), with at most `capacity` epochs.
        record: after which of these epochs to score, shape (epochs,), boolean.

    Returns:
        The new state and a table (epochs, columns) as in `COLUMNS`; scores are NaN where not recorded.
    """
    epochs, room = len(order), capacity(program.rows)
    places = np.zeros((room, _batches(program), program.batch), dtype=np.int32)
    rest = np.zeros((room, 0 if program.masked else program.remainder), dtype=np.int32)
    full = program.full_batches * program.batch
    places[:epochs, : program.full_batches] = order[:, :full].reshape(epochs, program.full_batches, program.batch)
    if program.remainder and program.masked:
        places[:epochs, -1] = np.resize(order[:, full:], (epochs, program.batch)) if epochs == 1 else np.take(
            order[:, full:], np.arange(program.batch) % program.remainder, axis=1)  # fmt: skip
    elif program.remainder:
        rest[:epochs] = order[:, full:]
    flags = np.zeros(room, dtype=bool)
    flags[:epochs] = record
    run = compiled(program, recipe, state, arrays, places, rest, flags)
    state, table = run(state, arrays, places, rest, flags, np.int32(epochs))
    return state, np.asarray(table)[:epochs]


def _batches(program: Program) -> int:
    return program.full_batches + (1 if program.masked and program.remainder else 0)


def compiled(program: Program, recipe: Recipe, *example: Any) -> Any:
    """The compiled program for these arrays; compiling time goes to `program.compiled["seconds"]`."""
    if "fused" not in program.compiled:
        import jax

        started = time.perf_counter()
        function = jax.jit(_many_epochs(program, position_weights(program, recipe)))
        program.compiled["fused"] = function.lower(*example, np.int32(1)).compile()
        program.compiled["seconds"] = program.compiled.get("seconds", 0.0) + time.perf_counter() - started
    return program.compiled["fused"]


def _many_epochs(program: Program, place_weight: Array) -> Any:
    import jax
    import jax.numpy as jnp

    batches, batch, rows = _batches(program), program.batch, program.rows
    sizes = jnp.asarray([batch] * program.full_batches + [program.remainder] * (batches - program.full_batches))
    weights = jnp.asarray(place_weight)

    def one_epoch(state: State, arrays: Any, places: Any, rest: Any) -> tuple[State, Any]:
        def one_batch(at: Any, carry: Any) -> Any:
            state, total = carry
            idx = places[at]
            weight = arrays["weight"][idx] * weights[at]
            state, loss = program.step(state, arrays["x"][idx], arrays["y"][idx], weight)
            return state, total + loss * sizes[at]

        state, total = jax.lax.fori_loop(0, batches, one_batch, (state, jnp.zeros(())))
        if len(rest):
            state, loss = program.step(state, arrays["x"][rest], arrays["y"][rest], arrays["weight"][rest])
            total = total + loss * len(rest)
        return state, total / rows

    def many(state: State, arrays: Any, places: Any, rest: Any, record: Any, epochs: Any) -> tuple[State, Any]:
        def body(epoch: Any, carry: Any) -> Any:
            state, table = carry
            state, loss = one_epoch(state, arrays, places[epoch], rest[epoch])
            nothing = jnp.full(len(COLUMNS) - 1, jnp.nan)
            scores = jax.lax.cond(record[epoch], lambda s: measure(program, s, arrays), lambda _: nothing, state)
            return program.validated(state), table.at[epoch].set(jnp.concatenate([loss[None], scores]))

        table = jnp.full((len(record), len(COLUMNS)), jnp.nan)
        return jax.lax.fori_loop(0, epochs, body, (state, table))

    return many
