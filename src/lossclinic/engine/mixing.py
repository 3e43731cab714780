"""Mixed rows: each batch is blended with itself in another order, inputs and targets alike."""

from __future__ import annotations

from typing import Any


def mixing_of(alpha: float, seed: int) -> dict[str, Any]:
    """What a state carries for it: the strength, and where its random numbers stand."""
    import jax.numpy as jnp

    return {"alpha": jnp.float32(alpha), "turn": jnp.array([seed & 0xFFFFFFFF, 0], dtype=jnp.uint32)}


def mixed(mixing: dict[str, Any], x: Any, y: Any, weight: Any) -> tuple[dict[str, Any], Any, Any, Any]:
    """One batch, mixed (Zhang, Cisse, Dauphin and Lopez-Paz 2018), traceable.

    One share is drawn for the batch, from a Beta distribution with both parameters `alpha`, as in the authors' program.
    A target counts by its share times its row's weight, so that rows of no weight say nothing about others' targets.

    Args:
        mixing: from `mixing_of` or an earlier call.
        x: inputs, shape (n, …).
        y: targets, numbers or 0/1, shape (n, …).
        weight: of each row in the loss, shape (n,).

    Returns:
        `mixing` for the next batch; inputs, targets and weights of the mixed rows, float32.
    """
    import jax.numpy as jnp

    share, partner = draw(mixing, len(x))
    own, other = share * weight, (1 - share) * weight[partner]
    both = own + other
    part = jnp.where(both > 0, own / jnp.where(both > 0, both, 1), share)
    x, y = jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32)
    x = share * x + (1 - share) * x[partner]
    part = part.reshape(-1, *([1] * (y.ndim - 1)))
    y = part * y + (1 - part) * y[partner]
    turn = mixing["turn"] + jnp.array([0, 1], dtype=jnp.uint32)
    return {**mixing, "turn": turn}, x, y, both


def draw(mixing: dict[str, Any], rows: int) -> tuple[Any, Any]:
    """The share of the rows in their mixtures, in [0, 1], and the numbers of the rows that they are mixed with."""
    import jax

    seed, count = mixing["turn"]
    of_share, of_order = jax.random.split(jax.random.fold_in(jax.random.key(seed), count))
    share = jax.random.beta(of_share, mixing["alpha"], mixing["alpha"])
    return share, jax.random.permutation(of_order, rows)
