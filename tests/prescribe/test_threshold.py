"""The threshold takes the place of 0.5 where predictions are compared with it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossclinic.core.task import Task
from lossclinic.prescribe.script import edit_script
from lossclinic.prescribe.words import describe
from tests.prescribe.cases import case, dense, loss, recipe
from tests.prescribe.test_runs import run

SIGMOID = recipe(dense("dense", 4, "relu"), dense("dense_1", 1, "sigmoid"), loss=loss("BinaryCrossentropy"))
LOGITS = recipe(dense("dense", 4, "relu"), dense("dense_1", 1), loss=loss("BinaryCrossentropy", from_logits=True))
PAIR = recipe(dense("dense", 4, "relu"), dense("dense_1", 2, "softmax"), loss=loss("SparseCategoricalCrossentropy"))
HEAD = 'y = x[:, 0] > 0.5\nmodel.compile("adam", "mse")\nmodel.fit(x, y)\n'


def edited(text, before=SIGMOID, threshold=0.18):
    made = case(HEAD + text, before, {}, task=Task("binary", 2, (0.0, 1.0)))
    return edit_script(HEAD + text, made, replace(before, threshold=threshold))


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("found = model.predict(x) > 0.5", "found = model.predict(x) > 0.18"),
        ("found = (model.predict(x)[:, 0] >= .5).astype(int)", "found = (model.predict(x)[:, 0] >= 0.18).astype(int)"),
        ("p = model(x)\nq = p[:, 0]\nprint((0.5 < q).sum())", "p = model(x)\nq = p[:, 0]\nprint((0.18 < q).sum())"),
        ("p = model.predict(x)\nz = p < 0.5 or x > 0.5", "p = model.predict(x)\nz = p < 0.18 or x > 0.5"),
    ],
)
def test_predictions_are_compared_with_the_threshold(line, after):
    result = edited(line + "\n")
    assert result.text == HEAD + after + "\n"
    assert not result.unwritten


def test_logits_are_compared_with_the_logit():
    assert edited("found = model.predict(x) > 0\n", LOGITS).text.endswith("> -1.516\n")


@pytest.mark.parametrize(
    ("before", "line", "code"),
    [
        (SIGMOID, "found = np.round(model.predict(x))", "predicted = model.predict(x) >= 0.18"),
        (SIGMOID, "found = x > 0.5", "predicted = model.predict(x) >= 0.18"),
        (PAIR, "found = model.predict(x).argmax(1)", "predicted = model.predict(x)[:, 1] >= 0.18"),
    ],
)
def test_where_no_comparison_is_found_there_is_code_to_paste(before, line, code):
    result = edited(line + "\n", before)
    assert not result.diff
    (item,) = result.unwritten
    assert item.code == code
    assert item.words == "Predict the second of the two classes from a probability of 0.18 on, instead of 0.5."
    assert describe(before.diff(replace(before, threshold=0.18))[0]) == item.words


def test_the_saved_model_carries_the_number_and_its_probabilities_stay(tmp_path: Path) -> None:
    save = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import light
import numpy as np
import keras
from lossclinic.core.case import Data
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Rows
from lossclinic.prescribe.model import save_repaired
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
sgd = {{"class_name": "SGD", "config": {{}}}}
recipe = Recipe(keras.saving.serialize_keras_object(model), {{}}, sgd, 1, threshold=0.18)
rows = Rows(np.arange(8), *[np.zeros(0, int)] * 3)
save_repaired(recipe, Data(x, np.zeros(8), 8), rows, tuple(model.get_weights()), "model.keras")
saved = keras.saving.load_model("model.keras")
print(float(saved.layers[-1].name.removeprefix("threshold_")), *np.asarray(saved(x) - model(x))[:, 0])
"""
    threshold, *apart = run(tmp_path, save)
    assert threshold == 0.18
    np.testing.assert_allclose(apart, 0, atol=1e-6)
