"""Scripts that get adversarial training, run for real on each backend: they end up standing, and save a plain model."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from lossclinic.core.case import Observed
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import ToPaste
from lossclinic.core.task import Task
from lossclinic.core.threat import Adversarial, Threat
from lossclinic.prescribe.script import Edited, edit_script
from lossclinic.prescribe.words import describe
from tests.prescribe.cases import case, dense, recipe
from tests.prescribe.test_runs import LIGHT

BEGIN = """\
import numpy as np
import keras
from keras.layers import Dense
"""
SCRIPT = """\
rng = np.random.default_rng(0)
y = np.arange(400) % 2
hints = rng.normal(size=(400, 60)) + 0.25 * (2 * y[:, None] - 1)
X = np.column_stack([2.0 * (2 * y - 1) + rng.normal(size=400), hints])
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((61,)), Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=20, verbose=0)
model.save("trained.keras")
plain = keras.saving.load_model("trained.keras")
kernel, bias = (np.asarray(weight) for weight in plain.get_weights())
margins = (2 * y - 1) * (X @ kernel[:, 0] + bias[0])
print(np.mean(margins > 0), np.mean(margins - 0.3 * np.abs(kernel).sum() > 0))
"""
BEFORE = recipe(dense("dense", 1, "sigmoid"))
HARD = Adversarial(Threat(0.3), 3)


def edited(text: str, adversarial: Adversarial | None, backend: str = "jax", before: Recipe = BEFORE) -> Edited:
    made = replace(case(text, before, {}, task=Task("binary", 2, (0, 1))), observed=Observed(backend=backend))
    return edit_script(text, made, replace(before, adversarial=adversarial))


def run(folder: Path, text: str, backend: str) -> list[float]:
    (folder / "light.py").write_text(LIGHT if backend == "jax" else "")
    (folder / "fixed.py").write_text("import light\n" + text)
    env = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([sys.executable, "fixed.py"], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + text
    return [float(word) for word in done.stdout.split("\n")[-2].split()]


BACKENDS = (
    "jax",
    pytest.param("tensorflow", marks=[pytest.mark.tensorflow, pytest.mark.slow]),
    pytest.param("torch", marks=pytest.mark.slow),
)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_network_stands_where_it_fell_and_is_a_plain_model(tmp_path: Path, backend: str) -> None:
    if PathFinder.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    result = edited(BEGIN + SCRIPT, HARD, backend)
    assert not result.unwritten
    _, fell = run(tmp_path, BEGIN + SCRIPT, backend)
    right, stands = run(tmp_path, result.text, backend)
    assert right > 0.9
    assert stands > fell + 0.1


def test_a_euclidean_size_and_one_in_deviations_run_too(tmp_path: Path) -> None:
    _, fell = run(tmp_path, BEGIN + SCRIPT, "jax")
    for threat in (Threat(2.0, "2"), Threat(0.3, relative=True)):
        result = edited(BEGIN + SCRIPT, Adversarial(threat, 2))
        assert not result.unwritten
        _, stands = run(tmp_path, result.text, "jax")
        assert stands > fell + 0.05


def test_the_step_stands_right_in_front_of_fit() -> None:
    text = edited(BEGIN + SCRIPT, HARD).text
    assert "train_on_moved_rows(model, reach=0.3)\nmodel.fit(X, y, epochs=20, verbose=0)\n" in text
    assert "import jax\n" in text
    in_deviations = edited(BEGIN + SCRIPT, Adversarial(Threat(0.1, relative=True))).text
    assert 'reach=0.1 * np.nanstd(np.asarray(X, dtype="float32"), axis=0))' in in_deviations


def only(result: Edited) -> ToPaste:
    (left,) = result.unwritten
    return left


def test_what_cannot_be_written_is_handed_over() -> None:
    nameless = BEGIN + "x, y = load()\nmake().compile('sgd', 'mse')\nmake().fit(x, y, epochs=5)\n"
    left = only(edited(nameless, HARD))
    assert "named model" in left.why
    assert "def train_on_moved_rows(model, reach):" in left.code
    assert "not known" in only(edited(BEGIN + SCRIPT, HARD, "openvino")).why
    stream = BEGIN + "data = load()\nmodel = make()\nmodel.compile('sgd', 'mse')\nmodel.fit(data, epochs=5)\n"
    assert "data set" in only(edited(stream, Adversarial(Threat(0.1, relative=True)))).why
    own = replace(BEFORE, adversarial=HARD)
    assert "own way" in only(edited(BEGIN + SCRIPT, None, before=own)).why


def test_the_change_in_words() -> None:
    (fgsm,) = BEFORE.diff(replace(BEFORE, adversarial=Adversarial(Threat(0.1), 1)))
    (pgd,) = BEFORE.diff(replace(BEFORE, adversarial=Adversarial(Threat(0.5, "2"), 7)))
    assert "FGSM: one step along its gradient, moves of at most 0.1 in each input" in describe(fgsm)
    assert "PGD: 7 steps along its gradient, moves of at most 0.5 in all inputs together" in describe(pgd)
    (off,) = replace(BEFORE, adversarial=HARD).diff(BEFORE)
    assert "as they are" in describe(off)
