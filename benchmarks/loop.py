"""A whole run, from a cold start and again: `python -m benchmarks.loop`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SCRIPT = """
import keras
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
model = keras.Sequential([
    keras.Input((64,)),
    keras.layers.Dense(64, activation="sigmoid"),
    keras.layers.Dense(24, activation="sigmoid"),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.SGD(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=20, verbose=0)
"""


def table() -> list[str]:
    """Seconds of the run and of the same command once more, with what they came to."""
    lines = ["| run | seconds | arms tried | remedies tried | trainings | ending |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "train.py").write_text(SCRIPT)
        for name in ("from a cold start", "the same command again"):
            started = time.perf_counter()
            report = _run(place)
            seconds = time.perf_counter() - started
            (fit,) = report["fits"]
            remedies = {remedy for arm in fit["arms"] for remedy in arm["remedies"]}
            counts = f"{len(fit['arms'])} | {len(remedies)} | {_trials(place)}"
            lines.append(f"| {name} | {seconds:.0f} | {counts} | {fit['ending']} |")
    return lines


def _run(place: Path) -> Any:
    command = [sys.executable, "-m", "lossclinic", "run", "train.py", "--out", "report", "--quiet"]
    environment = {**os.environ, "LOSSCLINIC_CACHE": str(place / "cache"), "KERAS_BACKEND": "jax"}
    subprocess.run(command, cwd=place, env=environment, check=True, stdout=subprocess.DEVNULL)
    return json.loads((place / "report" / "report.json").read_text())


def _trials(place: Path) -> int:
    import sqlite3

    with sqlite3.connect(place / "report" / "trials.sqlite") as file:
        return int(file.execute("SELECT count(*) FROM trials").fetchone()[0])


if __name__ == "__main__":
    print("\n".join(table()))
