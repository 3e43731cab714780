"""The budget is kept, however long the script and its model take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
HEAD = """
import sys, time
import keras, numpy as np
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)
"""
SMALL = """
x = (rng.normal(0, 1, (300, 3)) * [1000, 1, 0.1]).astype("float32")
y = x[:, 0] / 1000 + np.sin(2 * x[:, 1])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, validation_split=0.2, epochs=15, verbose=0)
"""
LARGE = """
x = rng.normal(0, 1, (3000, 500)).astype("float32")
dense = [keras.layers.Dense(2500, activation="relu") for _ in range(3)]
model = keras.Sequential([keras.Input((500,)), *dense, keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, 0], validation_split=0.2, epochs=100, verbose=0)
"""
LAZY = """
class Lazy(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(60)
"""


def lossclinic(folder: Path, script: str, *options: str) -> tuple[int, Any, str]:
    """Exit code, report and everything printed."""
    (folder / "train.py").write_text(textwrap.dedent(script))
    done = subprocess.run(
        [sys.executable, "-m", "lossclinic", "run", "train.py", "--out", "out", *options],
        cwd=folder,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    path = folder / "out" / "report.json"
    return done.returncode, json.loads(path.read_text()) if path.exists() else None, done.stdout + done.stderr


@pytest.mark.parametrize(
    "script",
    [HEAD + SMALL + "time.sleep(600)\n", HEAD + LARGE, HEAD + "time.sleep(15)\n" + SMALL],
    ids=["a script that goes on and on", "a large model", "a slow start"],
)
def test_the_budget_is_kept(tmp_path: Path, script: str) -> None:
    budget = 40.0
    code, report, printed = lossclinic(tmp_path, script, "--budget", f"{budget:g}s")
    if code == 3:  # a machine so busy that the script comes to nothing
        assert "came to no training" in printed
        return
    assert code in (0, 1), printed
    assert report["elapsed_s"] <= 1.1 * budget + 5
    (fit,) = report["fits"]
    assert fit["ending"] in ("budget-too-small", "repaired", "suggestive", "nothing-to-fix")
    if "too small" in fit["answer"]:
        assert fit["ending"] == "budget-too-small"


def test_a_script_that_is_ended_is_told_with_what_to_do(tmp_path: Path) -> None:
    fit = "model.fit(x, y, validation_split=0.2, epochs=15, verbose=0, callbacks=[Lazy()])"
    lazy = HEAD + LAZY + SMALL.replace(SMALL.strip().splitlines()[-1], fit)
    code, report, printed = lossclinic(tmp_path, lazy, "--budget", "1m")
    assert code in (0, 1), printed
    assert "half of the budget of 1 min" in report["notes"][0]
    assert "--skip-training" in report["notes"][0]
    assert report["fits"][0]["baseline"]
    assert "Traceback" not in printed


def test_a_script_without_a_training_within_the_budget_ends_with_3(tmp_path: Path) -> None:
    code, report, printed = lossclinic(tmp_path, "import time\ntime.sleep(600)", "--budget", "4s")
    assert code == 3
    assert report is None
    assert "came to no training" in printed
    assert "--budget" in printed
