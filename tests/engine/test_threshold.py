"""Folds of training rows, and the threshold that they choose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from lossclinic.core.decision import balanced_accuracy
from lossclinic.core.rows import Plan, leave_out
from lossclinic.engine.backend import use_jax
from lossclinic.engine.threshold import threshold_one
from tests.engine.made import case_of, line_case, mlp, recipe_of, yardstick_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1500, 2))
RARE = (X[:, 0] + RNG.normal(size=1500) > 2.3).astype(int)
ADAM = use_jax().optimizers.Adam(0.02)
RECIPE = recipe_of(mlp(2, last="sigmoid"), "BinaryCrossentropy", ADAM, epochs=10, batch_size=100)
C = case_of(X.astype(np.float32), RARE, RECIPE)


def decide(c):
    return threshold_one(c, Plan(), yardstick_of(c), c.recipe, 1000)


def test_folds_are_of_one_size_hold_all_training_rows_and_no_others():
    rows = Plan().deal(C.data, C.task, C.recipe.split, 3, "confirm")
    parts = [leave_out(rows, C.data, C.task, (k, 5), 3) for k in range(5)]
    left = np.concatenate([part.held_out for part in parts])
    assert len(np.unique(left)) == len(left) > 0.98 * len(rows.train)
    assert np.isin(left, rows.train).all()
    assert len({(len(part.train), len(part.held_out)) for part in parts}) == 1
    for part in parts:
        assert not np.isin(part.held_out, part.train).any()
        np.testing.assert_array_equal(part.locked, rows.locked)


def test_a_rare_class_is_predicted_from_a_lower_probability_on():
    """Logistic regression, whose probabilities are as good, finds the same threshold and the same gain."""
    found = decide(C)
    assert found["threshold"] < 0.2
    assert found["chosen"] > found["usual"] + 0.1
    chance = LogisticRegression().fit(X, RARE).predict_proba(X)[:, 1]
    assert found["chosen"] > balanced_accuracy(RARE, chance, found["threshold"]) - 0.1


def test_there_is_nothing_to_decide_about_numbers():
    assert decide(line_case()) is None


def test_held_out_rows_choose_nothing():
    rows = Plan().deal(C.data, C.task, C.recipe.split, 1000, "confirm")
    mixed = C.data.x.copy()
    mixed[rows.held_out] = C.data.x[rows.held_out][::-1]
    first, second = decide(C), decide(replace(C, data=replace(C.data, x=mixed)))
    assert second["threshold"] == first["threshold"]
    assert second["chosen"] < first["chosen"] - 0.05
