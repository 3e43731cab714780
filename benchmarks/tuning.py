"""Tuning beside KerasTuner and plain Optuna: `make tuning-bench`, or `python -m benchmarks.tuning --budget 40s`.

On three real data sets that come with scikit-learn, three tools search the same space from the same network for the
same wall-clock time, on the same cores: `lossclinic.tuning.tune`, its own comparison on locked rows included; Optuna's
TPE around `fit`; and KerasTuner's Bayesian optimisation around the same `fit`, where it is installed. lossclinic is
also given a tenth of the time. What each found is trained again by `fit`, on all rows that the search was given, with
seeds that no search used, and scored on rows that no search was given. Every search is a process of its own that finds
no compiled program of another.

One repeat of one data set takes three searches and a tenth, and the time to import and to train again for each.
"""

from __future__ import annotations

import copy
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np
import psutil

from benchmarks.tuning_page import OURS, SHORTER, TITLES, UNTOUCHED, Found, page
from lossclinic.core.duration import parse_duration

DATA = tuple(TITLES)
PACKAGES = {OURS: ("optuna", "lossclinic.tuning"), "optuna": ("optuna",), "keras-tuner": ("keras_tuner",)}
"""What each tool imports before its time begins."""
REFITS = 5
TEST_SHARE = 0.25
VALIDATION_SHARE = 0.25
EPOCHS, BATCH, UNITS, RATE = 20, 32, 32, 0.01


def rows_of(name: str, seed: int) -> tuple[Any, Any, Any, Any]:
    """Rows for the search and for the test, inputs scaled by the former."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    load = {
        "digits": datasets.load_digits,
        "breast-cancer": datasets.load_breast_cancer,
        "diabetes": datasets.load_diabetes,
    }
    rows: Any = load[name](return_X_y=True)
    x, y = rows
    classes = None if name == "diabetes" else y
    parts: Any = train_test_split(x, y, test_size=TEST_SHARE, random_state=seed, stratify=classes)
    x, x_test, y, y_test = parts
    mean, deviation = x.mean(axis=0), np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    if name == "diabetes":
        y, y_test = (y - y.mean()) / y.std(), (y_test - y.mean()) / y.std()
    scaled = ((part - mean) / deviation for part in (x, x_test))
    x, x_test = (part.astype("float32") for part in scaled)
    return x, x_test, y.astype("float32"), y_test.astype("float32")


def network(name: str, columns: int) -> Any:
    """The network that the search begins with."""
    import keras

    last = {"digits": (10, "softmax"), "breast-cancer": (1, "sigmoid"), "diabetes": (1, "linear")}[name]
    loss = {"digits": "sparse_categorical_crossentropy", "breast-cancer": "binary_crossentropy", "diabetes": "mse"}[
        name
    ]
    model = keras.Sequential(
        [
            keras.Input((columns,)),
            keras.layers.Dense(UNITS, activation="relu"),
            keras.layers.Dense(last[0], activation=last[1]),
        ]
    )
    model.compile(keras.optimizers.SGD(RATE), loss)
    return model


def trained(recipe: Any, x: Any, y: Any, seed: int, scored: tuple[Any, Any], callbacks: Any = ()) -> list[float]:
    """Train a recipe by `fit` and give its data loss on other rows after every epoch."""
    import keras

    keras.utils.set_random_seed(seed)
    model: Any = keras.saving.deserialize_keras_object(copy.deepcopy(recipe.model))
    loss = keras.losses.deserialize(copy.deepcopy(recipe.loss))
    model.compile(keras.optimizers.deserialize(copy.deepcopy(recipe.optimizer)), loss, metrics=[_data_loss(loss)])
    history = model.fit(
        x,
        y,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=scored,
        verbose=0,
        callbacks=[*callbacks],
    )
    return [value if np.isfinite(value) else 1e3 for value in history.history["val_data_loss"]]


def _data_loss(loss: Any) -> Any:
    """The loss without penalties, which differ between settings."""

    def data_loss(y: Any, prediction: Any) -> Any:
        return loss(y, prediction)

    return data_loss


def by_lossclinic(name: str, x: Any, y: Any, space: Any, budget: float) -> tuple[dict[str, Any], int]:
    """The best settings, and how many were tried."""
    from lossclinic.tuning import tune

    # The range of batch sizes follows the number of rows, which is smaller behind the locked ones.
    batches = [int(d.shown(at)) for d in space.dimensions if d.name == "batch-size" for at in (d.low, d.high)]
    tuned = tune(
        network(name, x.shape[1]), x, y, epochs=EPOCHS, batch_size=BATCH, budget=budget, workers=cores(),
        ranges={"batch-size": (batches[0], batches[1])} if batches else None,
    )  # fmt: skip
    return point_of(space, tuned.best), len(tuned.arms[0].trials) if tuned.arms else 0


def point_of(space: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The point of the space that has these settings, and its epochs; the network's own where there are none."""
    if not settings:
        return {**space.now, "epochs": EPOCHS}
    found: dict[str, Any] = {"epochs": settings["epochs"]}
    for dimension in space.dimensions:
        wanted = settings[dimension.name]
        if dimension.kind == "float":
            found[dimension.name] = wanted
        else:
            found[dimension.name] = next(point for point in dimension.points if dimension.shown(point) == wanted)
    return found


def cores(most: int | None = None) -> int:
    """How many cores this process and those that it starts may use, once it is kept on so many.

    Where the system binds no process to cores (macOS), all of them.
    """
    process: Any = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        return psutil.cpu_count() or 1
    process.cpu_affinity(process.cpu_affinity()[:most])
    return len(process.cpu_affinity())


def by_optuna(name: str, x: Any, y: Any, space: Any, budget: float) -> tuple[dict[str, Any], int]:
    """Optuna's TPE around `fit`, one hold-out, the best epoch of each training."""
    import optuna

    from lossclinic.tuning.sampling import distribution_of

    del name
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ends = time.monotonic() + budget
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, multivariate=True))
    study.enqueue_trial(dict(space.now))
    distributions = {dimension.name: distribution_of(optuna, dimension) for dimension in space.dimensions}
    part = _held_out(x, y)
    while time.monotonic() < ends:
        trial = study.ask(distributions)
        value, epoch = _scored(space, trial.params, part, ends)
        trial.set_user_attr("epochs", epoch)
        study.tell(trial, value)
    return {**study.best_params, "epochs": study.best_trial.user_attrs["epochs"]}, len(study.trials)


def by_keras_tuner(name: str, x: Any, y: Any, space: Any, budget: float) -> tuple[dict[str, Any], int]:
    """KerasTuner's Bayesian optimisation around the same trainings, beginning with the network's own settings."""
    import keras_tuner

    del name
    ends, part = time.monotonic() + budget, _held_out(x, y)
    points: list[tuple[float, dict[str, Any]]] = []

    class FromOwn(keras_tuner.oracles.BayesianOptimizationOracle):
        def populate_space(self, trial_id: str) -> dict[str, Any]:
            return super().populate_space(trial_id) if points else {"status": "RUNNING", "values": dict(space.now)}

    class Timed(keras_tuner.Tuner):
        def run_trial(self, trial: Any, **_: Any) -> float:
            point = {dimension.name: trial.hyperparameters.get(dimension.name) for dimension in space.dimensions}
            value, epoch = _scored(space, point, part, ends)
            points.append((value, {**point, "epochs": epoch}))
            if time.monotonic() >= ends:
                oracle.max_trials = len(points)
            return value

    known = keras_tuner.HyperParameters()
    for dimension in space.dimensions:
        _chosen(known, dimension)
    with tempfile.TemporaryDirectory() as folder:
        oracle = FromOwn(keras_tuner.Objective("loss", "min"), max_trials=10**6, seed=0, hyperparameters=known)
        Timed(oracle, directory=folder, project_name="search").search(verbose=0)
    return min(points, key=lambda each: each[0])[1], len(points)


def _chosen(values: Any, dimension: Any) -> Any:
    if dimension.kind == "name":
        return values.Choice(dimension.name, list(dimension.names), default=dimension.now)
    if dimension.kind == "int":
        return values.Int(dimension.name, int(dimension.low), int(dimension.high), default=int(dimension.now))
    sampling = "log" if dimension.log else "linear"
    return values.Float(dimension.name, dimension.low, dimension.high, sampling=sampling, default=float(dimension.now))


def _held_out(x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    order = np.random.default_rng(0).permutation(len(x))
    cut = int(VALIDATION_SHARE * len(x))
    return x[order[cut:]], y[order[cut:]], x[order[:cut]], y[order[:cut]]


def _scored(space: Any, point: Mapping[str, Any], part: tuple[Any, Any, Any, Any], ends: float) -> tuple[float, int]:
    """The best epoch's loss on the held-out part, and which it was; a training ends with the time."""
    import keras

    class Ends(keras.callbacks.Callback):
        model: Any

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002  (Keras calls it so)
            self.model.stop_training = time.monotonic() >= ends

    x, y, x_held, y_held = part
    curve = trained(space.recipe_at(point), x, y, 0, (x_held, y_held), (Ends(),))
    at = int(np.argmin(curve))
    return curve[at], at + 1


SEARCHES: Mapping[str, Callable[..., tuple[dict[str, Any], int]]] = {
    "lossclinic": by_lossclinic,
    "optuna": by_optuna,
    "keras-tuner": by_keras_tuner,
}


def measure(name: str, tool: str, budget: float, seed: int) -> Found:
    """Search in this process, then score what was found on rows that it was not given."""
    from lossclinic.intake.model import capture_model
    from lossclinic.tuning.space import derive

    x, x_test, y, y_test = rows_of(name, seed)
    with tempfile.TemporaryDirectory() as folder:
        case = capture_model(network(name, x.shape[1]), x, y, epochs=EPOCHS, batch_size=BATCH, folder=Path(folder))
    space = derive(case.recipe, int(len(x) * (1 - VALIDATION_SHARE)))
    point, settings, took = {**space.now, "epochs": EPOCHS}, 0, 0.0
    if tool != UNTOUCHED:
        for package in PACKAGES[tool]:
            import_module(package)
        started = time.monotonic()
        point, settings = SEARCHES[tool](name, x, y, space, budget)
        took = time.monotonic() - started
    best = space.recipe_at({d.name: point[d.name] for d in space.dimensions}, int(point["epochs"]))
    tested = statistics.median(trained(best, x, y, 100 + refit, (x_test, y_test))[-1] for refit in range(REFITS))
    return Found(name, tool, seed, budget, took, settings, tested)


def in_a_process(name: str, tool: str, budget: float, seed: int) -> Found:
    """The same in a process that finds no compiled program of another."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "benchmarks.tuning", "--one", name, tool, str(budget), str(seed)]
        environment = {**os.environ, "KERAS_BACKEND": "jax", "LOSSCLINIC_CACHE": cache}
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Found(**json.loads(done.stdout.splitlines()[-1]))


@click.command()
@click.option(
    "--budget",
    default="5m",
    show_default=True,
    callback=lambda *given: parse_duration(given[-1]),
    help="Time for each search.",
)
@click.option(
    "--repeats",
    default=3,
    show_default=True,
    type=click.IntRange(min=1),
    help="Divisions into search rows and test rows.",
)
@click.option(
    "--cores",
    "count",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Cores that every search is kept on.",
)
@click.option("--data", type=click.Choice(DATA), multiple=True, default=DATA, help="Only these data sets.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the page here.")
@click.option("--one", nargs=4, hidden=True, help="Data set, tool, seconds and seed of a single search.")
def main(
    budget: float,
    repeats: int,
    count: int,
    data: tuple[str, ...],
    out: Path | None,
    one: tuple[str, str, str, str] | None,
) -> None:
    """Search with every tool, and write the page."""
    if one:
        name, tool, seconds, seed = one
        click.echo(json.dumps(asdict(measure(name, tool, float(seconds), int(seed)))))
        return
    told = f"python -m benchmarks.tuning {' '.join(sys.argv[1:])}".strip()
    count = cores(count)
    tools = [tool for tool, packages in PACKAGES.items() if all(map(find_spec, packages))]
    wanted = [(UNTOUCHED, 0.0), (OURS, budget / SHORTER), *((tool, budget) for tool in tools)]
    found: list[Found] = []
    for name in data:
        for seed in range(repeats):
            for tool, seconds in wanted:
                found.append(in_a_process(name, tool, seconds, seed))
                click.echo(json.dumps(asdict(found[-1])), err=True)
    text = page(found, told, budget, count, REFITS)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
