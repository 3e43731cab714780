"""Seconds of `keras.Model.fit` on one backend, in a process of its own.

    python -m benchmarks.fit BACKEND NETWORK

Prints {"fresh": seconds with building and compiling, "warm": seconds on a model that has trained before}, medians of
three. It trains on as many rows as the engine does and is given the rows that the engine scores on as validation rows.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import Any

from benchmarks.networks import NETWORKS

ROUNDS = 3


def main(backend: str, name: str) -> None:
    os.environ["KERAS_BACKEND"] = backend
    import keras

    network = NETWORKS[name]
    x, y = network.data()
    half = network.train_rows
    settings: dict[str, Any] = {
        "epochs": network.epochs, "batch_size": network.batch, "verbose": 0,
        "validation_data": (x[half : half + network.rows // 5], y[half : half + network.rows // 5]),
    }  # fmt: skip
    fresh: list[float] = []
    warm: list[float] = []
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        model = network.model(keras)
        model.compile("adam", network.loss)
        model.fit(x[:half], y[:half], **settings)
        fresh.append(time.perf_counter() - started)
        started = time.perf_counter()
        model.fit(x[:half], y[:half], **settings)
        warm.append(time.perf_counter() - started)
    # The first round pays for the backend's own start.
    print(json.dumps({"fresh": statistics.median(fresh[1:]), "warm": statistics.median(warm[1:])}))


if __name__ == "__main__":
    main(*sys.argv[1:])
