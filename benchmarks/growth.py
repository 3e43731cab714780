"""How time and memory grow with rows, parameters, arms and seeds.

    python benchmarks/growth.py [--full]

Prints a Markdown table: seconds of one training, of all of them in a process that has compiled their program, and the
peak memory that a worker has for itself. `--full` goes up to a million rows.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np
import psutil

from lossclinic.core.case import Case, Data
from lossclinic.core.folder import save_case
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.task import Task
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.backend import use_jax
from lossclinic.engine.pool import Pool

COLUMNS, BATCH, LOOK_SECONDS = 20, 256, 0.01
TASK = Task("regression", 1)
QUICK_ROWS, FULL_ROWS = (1_000, 10_000), (1_000, 10_000, 100_000, 1_000_000)
QUICK_WIDTHS, FULL_WIDTHS = (64, 512), (64, 512, 2048)
QUICK_MANY, FULL_MANY = (1, 8), (1, 8, 32)


@dataclass(frozen=True)
class Grown:
    """One line of the table.

    Attributes:
        what: what grows.
        amount: how much of it there is.
        parameters: weights of the network.
        trainings: how many were done.
        each_s: seconds of one training without compiling, the median.
        wall_s: seconds of all.
        peak: bytes that the worker had for itself at most.
    """

    what: str
    amount: int
    parameters: int
    trainings: int
    each_s: float
    wall_s: float
    peak: int


def table(full: bool = False) -> str:
    """The measurements as a Markdown table.

    Args:
        full: up to a million rows, four million parameters, 32 arms and 32 seeds; takes some minutes.
    """
    lines = [
        "| what grows | amount | parameters | trainings | one training | all of them | peak of a worker |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for grown in measure(full):
        lines.append(
            f"| {grown.what} | {grown.amount:,} | {grown.parameters:,} | {grown.trainings} | {grown.each_s:.3f} s "
            f"| {grown.wall_s:.1f} s | {grown.peak / 2**20:,.0f} MiB |"
        )
    return "\n".join(lines) + "\n"


def measure(full: bool) -> Iterator[Grown]:
    """One epoch of a dense network on one worker, each time in a fresh process."""
    for rows in FULL_ROWS if full else QUICK_ROWS:
        yield _grown("rows", rows, _case(rows, 64), seeds=2)
    for width in FULL_WIDTHS if full else QUICK_WIDTHS:
        case = _case(2_000, width)
        yield _grown("parameters", _parameters(width), case, seeds=2)
    for arms in FULL_MANY if full else QUICK_MANY:
        yield _grown("arms", arms, _case(2_000, 64), seeds=1, arms=arms)
    for seeds in FULL_MANY if full else QUICK_MANY:
        yield _grown("seeds", seeds, _case(2_000, 64), seeds=seeds)


def _parameters(width: int) -> int:
    return (COLUMNS + 1) * width + (width + 1) * width + width + 1


def _case(rows: int, width: int) -> Case:
    keras = use_jax()
    hidden = [keras.layers.Dense(width, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((COLUMNS,)), *hidden, keras.layers.Dense(1)])
    optimizer = keras.optimizers.serialize(keras.optimizers.Adam(0.001))
    loss = {"class_name": "MeanSquaredError", "config": {}}
    recipe = Recipe(keras.saving.serialize_keras_object(model), loss, optimizer, epochs=1, batch_size=BATCH)
    rng = np.random.default_rng(0)
    x = rng.random((rows, COLUMNS), dtype=np.float32)
    return Case(f"width {width}", recipe, TASK, Data(x, x[:, 0].copy(), rows))


def _grown(what: str, amount: int, case: Case, seeds: int, arms: int = 1) -> Grown:
    """Train every arm on every seed; arms differ in their learning rate, as in a sweep."""
    recipes = [case.recipe.with_learning_rate(0.001 * (1 + arm)) for arm in range(arms)]
    runs = [Run(recipe, seed) for recipe in recipes for seed in range(seeds)]
    width = case.recipe.model["config"]["layers"][1]["config"]["units"]
    with tempfile.TemporaryDirectory() as folder:
        saved = save_case(case, folder)
        saved = replace(saved, data=case.data)
        with Pool(saved, Plan(), Yardstick("mean squared error", TASK, trivial=1.0), workers=1) as pool:
            pool.probe(case.recipe, 0)  # the process is there, and the program compiled
            with _peak(pool) as peak:
                started = time.perf_counter()
                trials = pool.train(runs)
                wall = time.perf_counter() - started
            each = pool.cost(case.recipe) or float(np.median([trial.seconds for trial in trials]))
    failed = [trial.failed for trial in trials if trial.failed]
    if failed:
        raise SystemExit(f"{what} {amount}: {failed[0]}")
    return Grown(what, amount, _parameters(width), len(runs), each, wall, peak[0])


@contextmanager
def _peak(pool: Pool) -> Iterator[list[int]]:
    """Watches how many bytes the worker has for itself; pages that it shares with others are not counted."""
    over, most = threading.Event(), [0]

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            for pid in pool.pids:
                with suppress(psutil.Error):
                    most[0] = max(most[0], psutil.Process(pid).memory_full_info().uss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    print(table(full="--full" in sys.argv[1:]))
