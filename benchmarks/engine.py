"""The engine beside `keras.Model.fit` on every backend that is installed.

    python -m benchmarks.engine [NETWORK …]

Prints the tables "one network", "one worker and two", "the machine's limit" and "the two ways".
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
from benchmarks.networks import NETWORKS, Network, case_of
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.engine.pool import Pool
from lossclinic.engine.worker import ENVIRONMENT, _warm

SEEDS = 20
MANY = 128
ROUNDS, LONG_SECONDS = 3, 10.0
"""Rounds of 20 networks; fewer where they take long."""
BACKENDS = tuple(b for b in ("jax", "tensorflow", "torch") if importlib.util.find_spec(b))


@dataclass(frozen=True)
class Times:
    """Seconds for one network.

    Attributes:
        later: with 2 workers that have compiled the program: mean of 20 networks.
        alone: the same with 1 worker.
        many: for 128 networks with 2 workers, nothing compiled before, everything counted but the workers' start: the
            first 20, and 108 more at the pace of `later`.
    """

    later: float
    alone: float
    many: float


def engine_times(network: Network) -> Times:
    """Train through the pool, as a run does."""
    case = case_of(network)
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y))

    def seconds(pool: Pool, seeds: range) -> float:
        started = time.perf_counter()
        trials = pool.train([Run(case.recipe, seed) for seed in seeds])
        assert not any(trial.failed for trial in trials)
        return time.perf_counter() - started

    taken: dict[str, float] = {}
    for workers in (2, 1):
        with tempfile.TemporaryDirectory() as cache:
            os.environ["LOSSCLINIC_CACHE"] = cache
            with Pool(case, Plan(), yardstick, workers=workers) as pool:
                for slot in pool._slots:
                    slot.hand._executor.submit(_warm).result()  # type: ignore[attr-defined]
                count = SEEDS if workers == 2 else 1
                taken[f"first {workers}"] = seconds(pool, range(count))
                later: list[float] = []
                while not later or (len(later) < ROUNDS and sum(later) < LONG_SECONDS):
                    later.append(seconds(pool, range(count, count + SEEDS)))
                    count += SEEDS
                taken[f"later {workers}"] = statistics.median(later)
    each = taken["later 2"] / SEEDS
    many = taken["first 2"] + (MANY - SEEDS) * each
    return Times(each, taken["later 1"] / SEEDS, many)


def fit_times(name: str) -> dict[str, dict[str, float]]:
    """Backend → fresh and warm seconds of fit."""
    found: dict[str, dict[str, float]] = {}
    for backend in BACKENDS:
        command = [sys.executable, "-m", "benchmarks.fit", backend, name]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found[backend] = json.loads(done.stdout.splitlines()[-1])
    return found


def _alone(module: str, *arguments: str, **environment: str) -> str:
    """What a module prints in a process set up as a worker is."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, **ENVIRONMENT, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def limit_table(names: list[str], engine: Mapping[str, Times]) -> list[str]:
    """Arithmetic that the engine does in a second beside plain matrix products of the same shapes, on one core."""
    lines = ["| network | engine, GFLOP/s | matrix products alone, GFLOP/s | share |", "|---|---|---|---|"]
    for name in names:
        network = NETWORKS[name]
        # Forwards once, backwards twice, and the scores forwards once on one row in five and on the training rows.
        scored = min(network.train_rows, 1000) + network.rows // 5
        done = network.epochs * network.forward_flops * (3 * network.train_rows + scored)
        reached, possible = done / engine[name].alone / 1e9, float(_alone("benchmarks.products", name))
        lines.append(f"| {network.title} | {reached:.1f} | {possible:.1f} | {reached / possible:.0%} |")
    return lines


def ways_table() -> list[str]:
    """Both ways of training a convolutional network, and which one is taken."""
    lines = ["| network | fused, s | stepped, s | taken | against the better |", "|---|---|---|---|---|"]
    for name in ("small cnn", "cnn"):
        taken: dict[str, tuple[float, str]] = {}
        with tempfile.TemporaryDirectory() as cache:
            for way in ("fused", "stepped", "chosen"):
                seconds, path = _alone("benchmarks.way", name, way, LOSSCLINIC_CACHE=cache).split()
                taken[way] = float(seconds), path
        better = min(taken["fused"][0], taken["stepped"][0])
        fused, stepped, path = taken["fused"][0], taken["stepped"][0], taken["chosen"][1]
        lines.append(
            f"| {NETWORKS[name].title} | {fused:.2f} | {stepped:.2f} | {path} | {taken[path][0] / better:.2f} |"
        )
    return lines


def network_tables(names: list[str], say: Callable[[str], None]) -> dict[str, list[str]]:
    """Measure the networks and make the tables "networks", "many", "workers" and "limit"."""
    engine: dict[str, Times] = {}
    fits: dict[str, dict[str, dict[str, float]]] = {}
    for name in names:
        say(f"timing {NETWORKS[name].title}")
        engine[name], fits[name] = engine_times(NETWORKS[name]), fit_times(name)
    return {
        "networks": _networks(names, engine, fits),
        "many": _many(names, engine, fits),
        "workers": _workers(names, engine),
        "limit": limit_table(names, engine),
    }


def _networks(names: list[str], engine: Any, fits: Any) -> list[str]:
    head = " | ".join(f"`fit`, {backend}, fresh / warm, s" for backend in BACKENDS)
    lines = [
        f"| network | {head} | engine with compiling / without, s | against warm JAX | against the fastest warm `fit` "
        "| with compiling, against fresh JAX |",
        "|---" * (len(BACKENDS) + 5) + "|",
    ]
    for name in names:
        own, fit = engine[name], fits[name]
        shown = " | ".join(f"{fit[b]['fresh']:.2f} / {fit[b]['warm']:.2f}" for b in BACKENDS)
        fastest = min(fit[b]["warm"] for b in BACKENDS)
        lines.append(
            f"| {NETWORKS[name].title} | {shown} | {own.many / MANY:.3f} / {own.later:.4f} "
            f"| {fit['jax']['warm'] / own.later:.1f}x | {fastest / own.later:.1f}x "
            f"| {fit['jax']['fresh'] * MANY / own.many:.1f}x |"
        )
    return lines


def _many(names: list[str], engine: Any, fits: Any) -> list[str]:
    lines = [f"| {MANY} networks | engine, s | fresh TensorFlow `fit`, s | ratio |", "|---|---|---|---|"]
    for name in names:
        if "tensorflow" in fits[name]:
            fit = MANY * fits[name]["tensorflow"]["fresh"]
            own = engine[name].many
            lines.append(f"| {NETWORKS[name].title} | {own:.1f} | {fit:.0f} | {fit / own:.0f}x |")
    return lines


def _workers(names: list[str], engine: Any) -> list[str]:
    lines = ["| network | 1 worker, s | 2 workers, s | ratio |", "|---|---|---|---|"]
    for name in names:
        own = engine[name]
        lines.append(f"| {NETWORKS[name].title} | {own.alone:.4f} | {own.later:.4f} | {own.alone / own.later:.2f}x |")
    return lines


def main() -> None:
    names = sys.argv[1:] or list(NETWORKS)
    for lines in network_tables(names, lambda text: print(text, file=sys.stderr)).values():
        print("\n".join(lines), end="\n\n")
    print("\n".join(ways_table()))


if __name__ == "__main__":
    main()
