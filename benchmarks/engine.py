"""How much faster the engine trains than `keras.Model.fit` on the same backend.

    python benchmarks/engine.py [NETWORKS]

Prints a Markdown table: seconds for one network, by fresh `fit` (a new model each time, as a script would) and by the
engine, with and without compiling.
"""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.task import infer_task
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.engine.backend import use_jax
from lossclinic.engine.model import build_model
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.train import train_timed

keras = use_jax()
layers = keras.layers


def line() -> Case:
    """A 1-64-64-1 network on 100 rows, 200 epochs."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (100, 1)).astype("float32")
    dense = [layers.Dense(64, "relu"), layers.Dense(64, "relu"), layers.Dense(1)]
    model = keras.Sequential([keras.Input((1,)), *dense])
    return case("MLP 1-64-64-1, 100 rows, 200 epochs", model, "MeanSquaredError", x, np.sin(3 * x[:, 0]), 200)


def images() -> Case:
    """Two small convolutions on 400 images of 16 x 16, 3 epochs."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 4
    x = (rng.normal(size=(400, 16, 16, 1)) + y[:, None, None, None]).astype("float32")
    convolutions = [layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(), layers.Conv2D(16, 3)]
    head = [layers.Flatten(), layers.Dense(4, "softmax")]
    model = keras.Sequential([keras.Input((16, 16, 1)), *convolutions, *head])
    return case("CNN 8-16 filters, 400 images, 3 epochs", model, "SparseCategoricalCrossentropy", x, y, 3)


def case(name, model, loss, x, y, epochs) -> Case:
    plain = keras.saving.serialize_keras_object(model)
    optimizer = keras.optimizers.serialize(keras.optimizers.Adam(0.001))
    recipe = Recipe(plain, {"class_name": loss, "config": {}}, optimizer, epochs)
    return Case(name, recipe, infer_task(y, recipe.model, recipe.loss), Data(x, y, len(x)))


def fit_seconds(case: Case, networks: int) -> float:
    """Median seconds of a fresh fit on the same training rows."""
    seconds = []
    for seed in range(networks):
        rows = prepare_run(case, Plan(), Run(case.recipe, seed)).train
        started = time.perf_counter()
        build_model(case.recipe, seed).fit(rows.x, rows.y, epochs=case.recipe.epochs, verbose=0)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def engine_seconds(case: Case, networks: int) -> tuple[float, float]:
    """Seconds of the first network, compiling included, and the median of those after it."""
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y))
    seconds = []
    for seed in range(networks + 1):
        started = time.perf_counter()
        trial, _ = train_timed(case, Plan(), yardstick, Run(case.recipe, seed))
        assert not trial.failed, trial.failed
        seconds.append(time.perf_counter() - started)
    return seconds[0], float(np.median(seconds[1:]))


def main() -> None:
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| network | fresh fit, s | engine first, s | engine, s | ratio | ratio over 20 with compiling |")
    print("|---|---|---|---|---|---|")
    for made in (line(), images()):
        fit, (first, later) = fit_seconds(made, networks), engine_seconds(made, networks)
        over_20 = 20 * fit / (first + 19 * later)
        print(f"| {made.name} | {fit:.2f} | {first:.2f} | {later:.3f} | {fit / later:.1f}x | {over_20:.1f}x |")


if __name__ == "__main__":
    main()
