"""GFLOP/s of the matrix products of a network's training step, forwards and backwards, and nothing else.

python -m benchmarks.products NETWORK
"""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.networks import NETWORKS, Network

SECONDS = 1.0


def gflops(network: Network) -> float:
    """Measured for about a second, on as many cores as XLA is allowed."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    rng = np.random.default_rng(0)
    made = [
        tuple(jnp.asarray(rng.normal(size=s).astype("float32")) for s in ((n, i), (i, c), (n, c)))
        for n, i, c in ((network.batch * rows, inner, columns) for rows, inner, columns in network.work)
    ]

    def step(_: int, made: Any) -> Any:
        # Each product changes what it was made of, so that none can be left out.
        return [(x + 1e-9 * (d @ w.T), w + 1e-9 * (x.T @ d), d + 1e-9 * (x @ w)) for x, w, d in made]

    run = jax.jit(lambda made, steps: jax.lax.fori_loop(0, steps, step, made))

    def seconds(steps: int) -> float:
        started = time.perf_counter()
        jax.block_until_ready(run(made, steps))
        return time.perf_counter() - started

    seconds(2)
    steps = max(20, int(SECONDS * 20 / seconds(20)))
    return 3 * network.batch * network.forward_flops / (seconds(steps) / steps) / 1e9


if __name__ == "__main__":
    print(gflops(NETWORKS[sys.argv[1]]))
