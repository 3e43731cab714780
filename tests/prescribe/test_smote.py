"""The lines that a script gets add the same rows to rare classes as the experiments did."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.case import Data
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.recipe import Resampling, Split
from lossclinic.core.steps import OneHot, Products
from lossclinic.core.task import Task
from lossclinic.engine.smote import with_synthetic_rows
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, recipe

RNG = np.random.default_rng(0)
ROWS = 150
NUMBERS = RNG.normal(size=(ROWS, 2)) * [1, 300]
CODES = np.stack([RNG.integers(0, 4, ROWS) * 2, RNG.integers(-1, 2, ROWS)], axis=1)
MIXED = np.column_stack([CODES[:, 0], NUMBERS[:, 0], CODES[:, 1], NUMBERS[:, 1]]).astype(np.float32)
Y = (RNG.permutation(ROWS) < 20).astype(int)
STEP = OneHot(((0, (0.0, 2.0, 4.0, 6.0)), (2, (-1.0, 0.0, 1.0))))
BEFORE = recipe(dense("dense", 8), dense("dense_1", 1, "sigmoid"), split=Split("given", 0.2))
SCRIPT = """\
import numpy as np
Dense = lambda *a, **k: None
class Model:
    def get_layer(self, name): return self
    def adapt(self, rows): self.adapted = rows
    def compile(self, optimizer, loss): pass
    def fit(self, x, y, validation_data): self.x, self.y, self.check = x, y, validation_data
    def predict(self, rows): return rows
layers = [Dense(8), Dense(1)]
model = Model()
model.compile("sgd", "binary_crossentropy")
model.fit(X, y, validation_data=(NEW, y[:5]))
seen = model.predict(NEW)
"""


def edited(rows, resampling, inputs=(), width=None):
    """What the edited script is left with, and its text."""
    at = line_of(SCRIPT, r"Dense\(8")
    made = replace(
        case(SCRIPT, BEFORE, {"dense": at, "dense_1": at}, task=Task("binary", 2, (0, 1))), data=Data(rows, Y, ROWS)
    )
    model = architecture.with_input_width(BEFORE.model, width or rows.shape[1])
    result = edit_script(SCRIPT, made, replace(BEFORE, model=model, resampling=resampling, inputs=inputs))
    assert not result.unwritten
    names: dict[str, Any] = {"X": rows, "y": Y, "NEW": rows[:5]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(result.text, "edited", "exec"), names)
    return names, result.text


@pytest.mark.parametrize("kind", ["float32", "float64", "int64"])
def test_codes_stay_codes_in_the_script_as_in_the_experiments(kind):
    rows = MIXED.astype(kind)
    names, text = edited(rows, Resampling(categories=(0, 2)))
    assert "SMOTENC(categorical_features=[0, 2], k_neighbors=5, random_state=0)" in text
    assert "from imblearn.over_sampling import SMOTENC" in text
    wanted, classes = with_synthetic_rows(rows.astype("float32"), Y, 5, ((0,), (2,)), seed=0)
    np.testing.assert_allclose(names["model"].x, wanted, rtol=1e-5)
    np.testing.assert_array_equal(names["model"].y, classes)
    np.testing.assert_array_equal(names["model"].check[0], rows[:5])


def test_a_table_of_codes_gets_the_sampler_for_codes():
    names, text = edited(CODES.astype(float), Resampling(categories=(0, 1)), ("standardise",))
    assert "SMOTEN(k_neighbors=5, random_state=0)" in text
    wanted, _ = with_synthetic_rows(CODES.astype("float32"), Y, 5, ((0,), (1,)), seed=0)
    np.testing.assert_array_equal(names["model"].x, wanted)
    np.testing.assert_array_equal(names["model"].adapted, CODES)


def test_a_table_of_numbers_gets_plain_smote_whatever_its_type():
    rows = (NUMBERS * 3).astype(int)
    names, text = edited(rows, Resampling())
    assert "SMOTE(k_neighbors=5, random_state=0)" in text
    wanted, _ = with_synthetic_rows(rows.astype("float32"), Y, 5, (), seed=0)
    np.testing.assert_allclose(names["model"].x, wanted, rtol=1e-5)


def test_neighbours_are_looked_for_among_scaled_numbers_and_codes_come_back_exactly():
    names, _ = edited(MIXED, Resampling(categories=(0, 2)), ("standardise",))
    fitted = fit_inputs(("standardise",), MIXED)
    wanted, _ = with_synthetic_rows(prepare(fitted, MIXED), Y, 5, ((0,), (2,)), seed=0)
    made = names["model"].x
    np.testing.assert_allclose(prepare(fitted, made), wanted, rtol=1e-3, atol=1e-3)
    assert set(made[:, 0]) == {0.0, 2.0, 4.0, 6.0}
    assert set(made[:, 2]) == {-1.0, 0.0, 1.0}
    np.testing.assert_array_equal(names["model"].adapted, MIXED)


@pytest.mark.parametrize("scaled", [(), ("standardise",)])
@pytest.mark.parametrize("before", [(), ("impute",), (Products(1),)])
def test_codes_are_encoded_behind_the_synthetic_rows(before, scaled):
    rows = MIXED.copy()
    if before == ("impute",):
        rows[::9, 1] = np.nan
    steps = (*before, STEP)
    fitted = fit_inputs(steps, rows, Y)
    known = prepare(fitted, rows)
    names, text = edited(rows, Resampling(categories=(0, 2)), (*steps, *scaled), known.shape[1])
    assert text.index("fit_resample(") < text.index("==")
    made, numbers = names["model"].x, known.shape[1] - 7
    np.testing.assert_allclose(made[:ROWS], known, rtol=1e-3, atol=1e-3)
    for block in (range(numbers, numbers + 4), range(numbers + 4, numbers + 7)):
        assert set(made[:, block].sum(axis=1)) == {1.0}
        assert set(made[:, block].ravel()) == {0.0, 1.0}
    assert np.bincount(names["model"].y).tolist() == [130, 130]
    # Ties between categories are drawn; where the neighbours are and what is measured there is the same.
    scale = fit_inputs(scaled, known)
    groups = (tuple(range(numbers, numbers + 4)), tuple(range(numbers + 4, numbers + 7)))
    wanted, _ = with_synthetic_rows(prepare(scale, known), Y, 5, groups, seed=0)
    np.testing.assert_allclose(prepare(scale, made)[:, :numbers], wanted[:, :numbers], rtol=1e-3, atol=1e-3)
    new = prepare(fitted, rows[:5])
    np.testing.assert_allclose(names["model"].check[0], new, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(names["seen"], new, rtol=1e-3, atol=1e-3)
    if scaled:
        np.testing.assert_allclose(names["model"].adapted, known, rtol=1e-3, atol=1e-3)
