"""The same script with a shaped loss on TensorFlow and PyTorch, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

SCRIPT = """
import keras
import numpy as np
from lossclinic.losses import ShapedLoss

x = np.random.default_rng(1).normal(size=(400, 2)).astype("float32")
y = (x[:, 0] + x[:, 1] + 0.8 * np.random.default_rng(2).normal(size=400) > 2.6).astype("float32")

def f1(y, labels):
    return 2 * np.sum(y * labels) / max(np.sum(y) + np.sum(labels), 1)

for reward in ("f1", f1):
    for weight in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        loss = ShapedLoss("binary_crossentropy", reward, weight, samples=16)
        model.compile(keras.optimizers.Adam(0.05), loss, jit_compile=False)
        model.fit(x, y, epochs=30, batch_size=200, verbose=0)
        print("F1", f1(y, model.predict(x, verbose=0)[:, 0] > 0.5))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_fit_raises_the_reward(backend, tmp_path):
    # Looked up without an import: these tests hide TensorFlow from their own process.
    if backend not in packages_distributions():
        pytest.skip(f"{backend} is not installed")
    (tmp_path / "train.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "train.py"],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    smooth_before, smooth, drawn_before, drawn = (
        float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("F1")
    )
    assert smooth > smooth_before + 0.05
    assert drawn > drawn_before + 0.05


ONE_CORE = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import keras
import numpy as np
from lossclinic.losses import ShapedLoss

x = np.random.default_rng(1).normal(size=(200000, 2)).astype("float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", ShapedLoss("binary_crossentropy", lambda y, labels: np.mean(y == labels), samples=16))
model.fit(x, (x.sum(axis=1) > 1).astype("float32"), batch_size=20000, verbose=0)
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind a process to a core")
def test_a_large_batch_does_not_wait_for_itself_on_one_core(tmp_path):
    (tmp_path / "train.py").write_text(ONE_CORE)
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=environment, check=True, timeout=240)
