"""Rows moved against a network: one step of projected gradient descent, and what a training does with it.

A move is counted in units of its reach, the most that each input may move: all moves of a threat then lie in the ball
of radius 1 of its norm.

References:
    Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples" (2015): one step along the sign of
    the gradient (FGSM). Madry et al., "Towards deep learning models resistant to adversarial attacks" (2018):
    projected gradient descent (PGD), and training on its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lossclinic.core.threat import Norm, Threat
from lossclinic.engine.evaluate import spread
from lossclinic.engine.prepare import Prepared

Array = np.ndarray[Any, Any]
STRIDE = 2.5
"""All steps together are so many times as long as the reach, so that each point can be come to (Madry et al.)."""
NOTHING = 1e-30
"""A gradient below this is none."""


def reach_of(threat: Threat, prepared: Prepared) -> Array | None:
    """The most that each prepared input may move, shape (1, …) like one row; None where that cannot be said.

    Args:
        threat: what an attacker may do.
        prepared: the rows; deviations are those of its training rows.
    """
    rows = prepared.train.x
    if rows.dtype.kind != "f":
        return None
    if threat.relative:
        # One deviation for each column; one for all pixels of a channel.
        axes = tuple(range(rows.ndim - 1)) if rows.ndim > 2 else (0,)
        unit = np.std(rows, axis=axes)
    elif prepared.units is None:
        return None
    else:
        unit = prepared.units if rows.ndim > 1 else prepared.units[0]
    return np.broadcast_to(threat.size * unit, rows.shape[1:]).astype(np.float32)[None]


def stride(steps: int) -> float:
    """Length of one of so many steps, in units of the reach; a single one goes beyond it, and so all the way."""
    return STRIDE / steps


def moved(norm: Norm, moves: Any, slope: Any, length: Any) -> Any:
    """The moves after one step uphill, brought back into the ball; traceable.

    Args:
        norm: of the ball.
        moves: shape (n, …), in units of the reach.
        slope: gradient of what is to rise with respect to them.
        length: of the step, in the same units.
    """
    import jax.numpy as jnp

    if norm == "inf":
        return jnp.clip(moves + length * jnp.sign(slope), -1.0, 1.0)
    axes = tuple(range(1, moves.ndim))
    # The scale first: squares of small gradients would be lost in single precision.
    slope = slope / jnp.maximum(jnp.max(jnp.abs(slope), axis=axes, keepdims=True), NOTHING)
    slope = slope / jnp.maximum(jnp.sqrt(jnp.sum(slope**2, axis=axes, keepdims=True)), NOTHING)
    moves = moves + length * slope
    return moves / jnp.maximum(jnp.sqrt(jnp.sum(moves**2, axis=axes, keepdims=True)), 1.0)


def against(model: Any, norm: Norm, steps: int, *, weighted: bool) -> Callable[..., Any]:
    """(state, x, y, weight) → the rows moved against the model's own loss, traceable inside `evaluate.tracing`.

    The gradient is that of the network as it predicts: dropout is off, and batch normalisation uses its averages. The
    first step starts from the row itself, so that the same recipe and seed move the same rows alike.

    Args:
        model: compiled; its loss is what the moves raise.
        norm: of the threat; its reach stands in the state as "reach".
        steps: 1 for FGSM, more for PGD.
        weighted: whether the loss is given sample weights.
    """
    import jax
    import jax.numpy as jnp

    metrics = [v.value for v in model.metrics_variables]

    def move(state: Any, x: Any, y: Any, weight: Any) -> Any:
        weight = spread(model, y, weight) if weighted else None

        def loss(moves: Any) -> Any:
            rows = x + state["reach"] * moves
            return model.compute_loss_and_updates(
                state["tv"], state["ntv"], metrics, rows, y, weight, training=False, optimizer_variables=state["ov"]
            )[0]

        moves = jnp.zeros_like(x)
        for _ in range(steps):
            moves = moved(norm, moves, jax.grad(loss)(moves), stride(steps))
        return jax.lax.stop_gradient(x + state["reach"] * moves)

    return move
