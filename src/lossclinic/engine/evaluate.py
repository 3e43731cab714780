"""The scores of an epoch: what the network gives for rows, and what that is worth."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lossclinic.core.task import Task
from lossclinic.core.yardstick import Link, Yardstick, natural
from lossclinic.engine.choose import Path
from lossclinic.engine.knobs import turned
from lossclinic.engine.windows import rewritten

if TYPE_CHECKING:
    from lossclinic.engine.program import Program, State

MAPS = 3
"""Axes of a loss that has a value for each pixel of each row."""
MOST_AT_ONCE = 4096
"""Rows predicted together. Rows in one piece compile in half the time that equal pieces and a rest take."""
MOST_NUMBERS, FEWEST_AT_ONCE = 250_000, 32
"""Outputs of the widest layer of a convolutional network, over the rows that are predicted together: written as matrix
products, convolutions multiply them, and what does not fit into a core's cache takes twice as long."""


def measure(program: Program, state: State, arrays: dict[str, Any]) -> Any:
    """The four scores after the training loss, traceable; see `COLUMNS`."""
    return program.scores(_outputs(program, state, arrays["x_score"]), _validation_loss(program, state, arrays), arrays)


def _outputs(program: Program, state: State, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    size = rows_at_once(program.model)
    full = (len(x) - 1) // size * size
    rest = program.forward(state, x[full:])
    if not full:
        return rest
    blocks = x[:full].reshape(-1, size, *x.shape[1:])
    raw = jax.lax.map(lambda block: program.forward(state, block), blocks)
    return jnp.concatenate([raw.reshape(full, *raw.shape[2:]), rest])


def _validation_loss(program: Program, state: State, arrays: dict[str, Any]) -> Any:
    import jax
    import jax.numpy as jnp

    parts = arrays["x_validation"], arrays["y_validation"], arrays["w_validation"]
    rows = len(parts[0])
    if not rows:
        return jnp.asarray(jnp.nan)
    size = min(program.batch_size if program.by_batches else rows_at_once(program.model), rows)
    full = (rows - 1) // size * size
    total = program.validate(state, *(part[full:] for part in parts)) * (rows - full)
    if full:
        blocks = tuple(part[:full].reshape(-1, size, *part.shape[1:]) for part in parts)
        total = total + size * jnp.sum(jax.lax.map(lambda block: program.validate(state, *block), blocks))
    return total / rows


def rows_at_once(model: Any) -> int:
    """How many rows go through a model together."""
    layers = model._flatten_layers(include_self=False)
    if not any("Conv" in type(layer).__name__ for layer in layers):
        return MOST_AT_ONCE
    shapes = [getattr(layer.output, "shape", ()) for layer in model.layers if hasattr(layer, "output")]
    widest = max((math.prod(size or 1 for size in shape[1:]) for shape in shapes), default=1)
    return min(max(MOST_NUMBERS // widest, FEWEST_AT_ONCE), MOST_AT_ONCE)


@contextlib.contextmanager
def tracing(model: Any, knobs: Any, path: Path) -> Iterator[None]:
    """While a function is traced: the knobs are arguments, and layers may be written otherwise."""
    with turned(model, knobs), rewritten(convolutions=path == "fused"):
        yield


def forward_of(model: Any, path: Path, *, averaged: bool) -> Callable[..., Any]:
    """(state, x) → raw outputs of the weights that training would leave."""

    def forward(state: State, x: Any) -> Any:
        with tracing(model, state["knobs"], path):
            tv = final_variables(model, state) if averaged else state["tv"]
            return model.stateless_call(tv, state["ntv"], x, training=False)[0]

    return forward


def final_variables(model: Any, state: State) -> list[Any]:
    """The trainable variables as the optimizer leaves them when training ends: their average, where it keeps one."""
    import keras

    variables = [*model.trainable_variables, *model.optimizer.variables]
    mapping = list(zip(variables, [*state["tv"], *state["ov"]], strict=True))
    with keras.StatelessScope(state_mapping=mapping) as scope:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    return [scope.get_current_value(variable) for variable in model.trainable_variables]


def spread(model: Any, y: Any, weight: Any) -> Any:
    """Weights of rows as weights of what the loss gives for each row, where that is a map of values (masks).

    Args:
        model: its output says how many axes there are.
        y: targets, shape (n, …).
        weight: shape (n,).
    """
    import jax.numpy as jnp

    axes = len(model.output_shape) - 1
    if axes < MAPS or y.ndim < axes:
        return weight  # Keras adds a single missing axis itself
    return jnp.broadcast_to(weight.reshape(-1, *([1] * (axes - 1))), y.shape[:axes])


def validate_of(model: Any, path: Path, weighted: bool) -> Callable[..., Any]:
    """(state, x, y, weight) → the loss of these rows as one batch."""
    metrics = [v.value for v in model.metrics_variables]

    def validate(state: State, x: Any, y: Any, weight: Any) -> Any:
        weight = spread(model, y, weight) if weighted else None
        with tracing(model, state["knobs"], path):
            _, aux = model.compute_loss_and_updates(state["tv"], state["ntv"], metrics, x, y, weight, training=False)
        return aux[0]

    return validate


def scores_of(task: Task, yardstick: Yardstick, link: Link, scored: int, held_out: int) -> Callable[..., Any]:
    """(raw, validation loss, arrays) → the four scores after the training loss."""
    import jax.numpy as jnp

    def scores(raw: Any, val_loss: Any, arrays: dict[str, Any]) -> Any:
        def score(part: Any) -> Any:
            return natural(jnp, task, link, part, arrays["mean"], arrays["std"])

        on_train = score(raw[:scored])
        on_held_out = score(raw[scored : scored + held_out])
        return jnp.stack([
            jnp.asarray(value, dtype=jnp.float32)
            for value in (
                val_loss,
                yardstick.score(jnp, arrays["t_scored"], on_train),
                yardstick.score(jnp, arrays["t_held_out"], on_held_out),
                yardstick.agreement(jnp, arrays["t_held_out"], on_held_out),
            )
        ])  # fmt: skip

    return scores
