"""Tuning beside KerasTuner and plain Optuna: `python -m benchmarks.tuning`, 2.5 hours on a quiet machine.

On three real data sets that come with scikit-learn, three tools search the same space from the same network for the
same wall-clock time: `lossclinic.tuning.tune`, its own comparison on locked rows included; Optuna's TPE around `fit`;
and KerasTuner's Bayesian optimisation, where it is installed. lossclinic is also given a tenth of the time. What each
found is trained again by `fit`, on all rows that the search was given, with seeds that no search used, and scored on
rows that no search was given. Every search is a process of its own that finds no compiled program of another.
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
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np

DATA = ("digits", "breast-cancer", "diabetes")
TOOLS = ("lossclinic", "optuna", "keras-tuner")
SHORTER = 10
REFITS = 5
TEST_SHARE = 0.25
VALIDATION_SHARE = 0.25
EPOCHS, BATCH, UNITS, RATE = 20, 32, 32, 0.01


@dataclass(frozen=True)
class Found:
    """What one search came to.

    Attributes:
        data: name of the data set.
        tool: name of the tool.
        budget_s: wall-clock seconds that it was given.
        took_s: that it took.
        settings: how many it tried.
        own: score of the network as it was, on the test rows.
        tested: score of what was found, on the test rows.
    """

    data: str
    tool: str
    budget_s: float
    took_s: float
    settings: int
    own: float
    tested: float


def rows_of(name: str, seed: int) -> tuple[Any, Any, Any, Any]:
    """Rows for the search and for the test, inputs scaled by the former."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    load = {
        "digits": datasets.load_digits,
        "breast-cancer": datasets.load_breast_cancer,
        "diabetes": datasets.load_diabetes,
    }
    x, y = load[name](return_X_y=True)
    classes = None if name == "diabetes" else y
    x, x_test, y, y_test = train_test_split(x, y, test_size=TEST_SHARE, random_state=seed, stratify=classes)
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

    tuned = tune(network(name, x.shape[1]), x, y, epochs=EPOCHS, batch_size=BATCH, budget=budget)
    points = {dimension.name: dimension for dimension in space.dimensions}
    best = dict(tuned.best) or {**space.settings(space.now), "epochs": EPOCHS}
    found: dict[str, Any] = {"epochs": best["epochs"]}
    for key, dimension in points.items():
        known = dimension.points if dimension.kind == "int" else ()
        found[key] = next((point for point in known if dimension.shown(point) == best[key]), best[key])
    return found, len(tuned.arms[0].trials) if tuned.arms else 0


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
    """KerasTuner's Bayesian optimisation around the same trainings."""
    import keras_tuner

    del name
    ends, part = time.monotonic() + budget, _held_out(x, y)

    points: list[tuple[float, dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as folder:
        oracle = keras_tuner.oracles.BayesianOptimizationOracle(
            objective=keras_tuner.Objective("loss", "min"),
            max_trials=10**6,
            seed=0,
        )
        oracle._set_project_dir(folder, "search")
        known = keras_tuner.HyperParameters()
        for dimension in space.dimensions:
            _chosen(known, dimension)
        oracle.update_space(known)
        while time.monotonic() < ends:
            trial = oracle.create_trial("one")
            point = {dimension.name: _chosen(trial.hyperparameters, dimension) for dimension in space.dimensions}
            value, epoch = _scored(space, point, part, ends)
            points.append((value, {**point, "epochs": epoch}))
            oracle.update_trial(trial.trial_id, {"loss": value})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)
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
    started = time.monotonic()
    point, settings = SEARCHES[tool](name, x, y, space, budget)
    took = time.monotonic() - started
    best = space.recipe_at({d.name: point[d.name] for d in space.dimensions}, int(point["epochs"]))
    own, tested = (
        statistics.median(trained(replace(recipe), x, y, 100 + refit, (x_test, y_test))[-1] for refit in range(REFITS))
        for recipe in (case.recipe, best)
    )
    return Found(name, tool, budget, took, settings, own, tested)


def in_a_process(name: str, tool: str, budget: float, seed: int) -> Found:
    """The same in a process that finds no compiled program of another."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "benchmarks.tuning", "--one", name, tool, str(budget), str(seed)]
        environment = {**os.environ, "KERAS_BACKEND": "jax", "LOSSCLINIC_CACHE": cache}
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Found(**json.loads(done.stdout.splitlines()[-1]))


def table(found: list[Found]) -> list[str]:
    """One line for each search; scores are test losses, medians over five trainings and over the seeds."""
    lines = ["| data | tool | seconds | settings tried | test loss before | after |", "|---|---|---|---|---|---|"]
    for each in dict.fromkeys((f.data, f.tool, f.budget_s) for f in found):
        same = [f for f in found if (f.data, f.tool, f.budget_s) == each]
        took, settings, own, tested = (
            statistics.median(getattr(f, field) for f in same) for field in ("took_s", "settings", "own", "tested")
        )
        lines.append(f"| {each[0]} | {each[1]} | {took:.0f} | {settings:.0f} | {own:.4g} | {tested:.4g} |")
    return lines


@click.command()
@click.option("--budget", default=300.0, show_default=True, help="Seconds for each search.")
@click.option("--seeds", default=3, show_default=True, help="Divisions into search rows and test rows.")
@click.option("--data", type=click.Choice(DATA), multiple=True, default=DATA, help="Only these data sets.")
@click.option("--one", nargs=4, hidden=True, help="Data set, tool, seconds and seed of a single search.")
def main(budget: float, seeds: int, data: tuple[str, ...], one: tuple[str, str, str, str] | None) -> None:
    """Print the table."""
    if one:
        name, tool, seconds, seed = one
        click.echo(json.dumps(asdict(measure(name, tool, float(seconds), int(seed)))))
        return
    tools = [tool for tool in TOOLS if tool != "keras-tuner" or find_spec("keras_tuner")]
    found: list[Found] = []
    for name in data:
        for seed in range(seeds):
            for tool in tools:
                budgets = (budget, budget / SHORTER) if tool == "lossclinic" else (budget,)
                found += [in_a_process(name, tool, seconds, seed) for seconds in budgets]
    click.echo("\n".join(table(found)))
    if "keras-tuner" not in tools:
        click.echo("KerasTuner is not installed, so it was left out.", err=True)


if __name__ == "__main__":
    main()
