"""What `lossclinic.Watch()` costs a fit, on every backend that is installed.

    python -m benchmarks.watch                    all backends, each in a process of its own: prints a table
    python -m benchmarks.watch BACKEND [PAIRS]    one backend: prints its measurements as JSON

The same model is fitted with and without a watch in turn, so that both meet the same machine, and the first of a pair
changes from pair to pair. The ratio of a pair is free of what slows both; the median of many is what is reported. On a
machine that does other things too, processor time is the steadier measure, so both are given.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.networks import NETWORKS, Network

BACKENDS = ("jax", "tensorflow", "torch")
PAIRS = 40
FITTED = ("mlp", "wide", "small cnn")
SECONDS = 1.0
"""Fits of about a second: beginning and ending a watch takes milliseconds once, which a long training does not notice;
short enough for many pairs."""


def main() -> None:
    print("| network | backend | without, s | time with / without | processor time with / without | steps looked at |")
    print("|---|---|---:|---:|---:|---:|")
    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is None:
            continue
        print(f"python -m benchmarks.watch {backend}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.watch", backend]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for row in json.loads(done.stdout.splitlines()[-1]):
            ratios = f"{row['wall']:.3f} | {row['processor']:.3f}"
            print(
                f"| {row['title']} | {backend} | {row['without']:.2f} | {ratios} | {row['looks']} of {row['steps']} |"
            )


def measure(network: Network, pairs: int) -> dict[str, Any]:
    """Medians over pairs of fits of one model, which has been compiled and trained before."""
    import keras

    from lossclinic import Watch

    x, y = network.data()
    model = network.model(keras)
    model.compile("adam", network.loss)

    def fit(*callbacks: Any, epochs: int) -> None:
        model.optimizer.iterations.assign(0)  # a fit that goes on with a training is judged by fewer rules
        model.fit(x, y, epochs=epochs, batch_size=network.batch, verbose=0, callbacks=list(callbacks))

    fit(Watch(), epochs=2)
    one_epoch = _timed(lambda: fit(epochs=5))[0] / 5
    epochs = max(1, round(SECONDS / one_epoch))
    plain: list[tuple[float, float]] = []
    watched: list[tuple[float, float]] = []
    looks: list[int] = []
    for number in range(pairs):
        watch = Watch()
        todo = [(plain, lambda: fit(epochs=epochs)), (watched, lambda watch=watch: fit(watch, epochs=epochs))]
        for times, work in todo if number % 2 else reversed(todo):
            times.append(_timed(work))
        looks.append(len(watch.record.looks))
    pair = list(zip(plain, watched, strict=True))
    return {
        "title": f"{network.title.rsplit(', ', 1)[0]}, {epochs} epoch{'s' * (epochs > 1)}",
        "without": statistics.median(wall for wall, _ in plain),
        "wall": statistics.median(b[0] / a[0] for a, b in pair),
        "processor": statistics.median(b[1] / a[1] for a, b in pair),
        "looks": round(statistics.median(looks)),
        "steps": -(-network.rows // network.batch) * epochs,
    }


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def one(backend: str, pairs: int = PAIRS) -> None:
    os.environ["KERAS_BACKEND"] = backend
    found = [measure(NETWORKS[name], pairs) for name in FITTED]
    print(json.dumps(found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        main()
