"""The function that a script gets prepares rows exactly as the experiments did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.case import Data
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.recipe import Split
from lossclinic.core.steps import OneHot, Products, Without
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, recipe

RNG = np.random.default_rng(0)
X = np.stack(
    [np.exp(2 * RNG.normal(size=200)), RNG.normal(size=200), np.full(200, 4.0), RNG.standard_t(1.5, 200)], axis=1
).astype(np.float32)
Y = np.exp(2 * RNG.normal(size=200))
BEFORE = recipe(dense("dense", 8), dense("dense_1", 1))
# A model that only keeps what it is given: the edit of the rows needs no more.
SCRIPT = """\
import numpy as np
class Model:
    def compile(self, optimizer, loss): pass
    def fit(self, x, y, validation_data=None): self.x, self.y = x, y
    def predict(self, rows): return rows
model = Model()
model.compile("sgd", "mse")
model.fit(X, y)
seen = model.predict(NEW)
"""


def edited(rows, text=SCRIPT, lines=None, **changes):
    made = replace(case(text, BEFORE, lines or {}), data=Data(rows, Y, len(rows)))
    result = edit_script(text, made, replace(BEFORE, **changes))
    assert not result.unwritten
    names = {"X": rows, "y": Y, "NEW": rows[:5] * 3}
    exec(compile(result.text, "edited", "exec"), names)
    return names, result


@pytest.mark.parametrize(
    "steps",
    [
        ("clip",), ("log",), ("drop-constant",), ("clip", "log"), ("impute", "drop-constant", "clip", "log"),
        (Without((0, 3)),), (Without((3,)), "impute", "clip", "log"),
    ],
)  # fmt: skip
def test_rows_are_prepared_as_in_the_experiments(steps):
    rows = X.copy()
    if "impute" in steps:
        rows[::7, 1] = np.nan
    names, _ = edited(rows, inputs=steps)
    fitted = fit_inputs(steps, rows)
    np.testing.assert_allclose(names["model"].x, prepare(fitted, rows), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(names["seen"], prepare(fitted, names["NEW"]), rtol=1e-3, atol=1e-3)


def test_targets_become_logarithms_and_the_model_turns_them_back():
    made = replace(case(SCRIPT, BEFORE, {}), data=Data(X, Y, 200))
    result = edit_script(SCRIPT, made, replace(BEFORE, log_targets=True, standardise_targets=True))
    assert not result.unwritten
    assert 'Activation("exponential")' in result.text
    assert "log1p" in result.text


def test_validation_rows_are_prepared_with_the_training_rows_figures():
    before = replace(BEFORE, split=Split("given", 0.2))
    text = SCRIPT.replace("model.fit(X, y)", "model.fit(X, y, validation_data=(NEW, y[:5]))")
    made = replace(case(text, before, {}), data=Data(X, Y, 200))
    result = edit_script(text, made, replace(before, inputs=("clip",)))
    assert "validation_data=(prepare_rows(NEW), y[:5])" in result.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[Dense(8, input_shape=(2,)), Dense(1)]", "[Dense(8, input_shape=(5,)), Dense(1)]"),
        ("[Dense(8, input_dim=2), Dense(1)]", "[Dense(8, input_dim=5), Dense(1)]"),
        ("[Input((2,)), Dense(8), Dense(1)]", "[Input((5,)), Dense(8), Dense(1)]"),
        ("[Input(shape=(X.shape[1],)), Dense(8), Dense(1)]", "[Input(shape=(5,)), Dense(8), Dense(1)]"),
        ("[Dense(8), Dense(1)]", "[Dense(8), Dense(1)]"),
    ],
)
def test_codes_become_columns_and_the_model_takes_them(before, after):
    text = SCRIPT.replace(
        "model = Model()", f"Dense = Input = lambda *a, **k: None\nlayers = {before}\nmodel = Model()"
    )
    at = line_of(text, r"Dense\(8")
    codes = np.arange(200) % 4
    rows = np.stack([X[:, 1], codes], axis=1).astype(np.float32)
    step = OneHot(((1, (0.0, 1.0, 2.0, 3.0)),))
    names, result = edited(
        rows,
        text,
        {"dense": at, "dense_1": at},
        inputs=(step,),
        model=architecture.with_input_width(BEFORE.model, 5),
    )
    assert after in result.text
    np.testing.assert_allclose(names["model"].x, prepare(fit_inputs((step,), rows), rows))
    assert names["seen"].shape == (5, 5)


def test_products_of_columns_are_those_of_the_experiments():
    text = SCRIPT.replace(
        "model = Model()",
        "Dense = Input = lambda *a, **k: None\nlayers = [Input((4,)), Dense(8), Dense(1)]\nmodel = Model()",
    )
    at = line_of(text, r"Dense\(8")
    steps = ("log", Products(3))
    wider = architecture.with_input_width(BEFORE.model, 7)
    names, result = edited(X, text, {"dense": at, "dense_1": at}, inputs=steps, model=wider)
    fitted = fit_inputs(steps, X, Y)
    assert "Input((7,))" in result.text
    np.testing.assert_allclose(names["model"].x, prepare(fitted, X), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(names["seen"], prepare(fitted, names["NEW"]), rtol=1e-3, atol=1e-2)
