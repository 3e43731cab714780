"""Rows that are moved against a network: how far, where to, and that training on them is what an edited script does."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from lossclinic.core.case import Observed
from lossclinic.core.rows import Plan
from lossclinic.core.task import Task
from lossclinic.core.threat import Adversarial, Threat
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.moves import moved, reach_of
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.train import train_one
from lossclinic.prescribe.script import edit_script
from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.made import case_of, mlp, recipe_of, yardstick_of
from tests.prescribe.cases import case as script_case
from tests.prescribe.cases import recipe as script_recipe

keras = use_jax()
RNG = np.random.default_rng(5)
X = RNG.normal(2.0, [1.0, 30.0, 0.1], (90, 3)).astype("float32")
Y = (X[:, 0] + X[:, 1] / 30 + 10 * X[:, 2] > 4).astype("int32")
SCRIPT = "import keras\nimport jax\nmodel = make()\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y, epochs=5)\n"


def made(**settings):
    return case_of(X, Y, recipe_of(mlp(3, (8,), 1, "sigmoid", "tanh"), "BinaryCrossentropy", "adam", **settings))


def as_in_a_script(adversarial):
    """What the edited script does to its model, with the function that it gets."""
    before = script_recipe()
    case = replace(script_case(SCRIPT, before, {}, task=Task("binary", 2, (0, 1))), observed=Observed(backend="jax"))
    text = edit_script(SCRIPT, case, replace(before, adversarial=adversarial)).text
    names = {"keras": keras, "jax": jax}
    exec(text[text.index("def ") : text.index("train_on_moved_rows(model, reach=")], names)
    return lambda model: names["train_on_moved_rows"](model, reach=adversarial.threat.size)


@pytest.mark.parametrize("path", ["fused", "stepped"])
@pytest.mark.parametrize("adversarial", [Adversarial(Threat(0.3), 1), Adversarial(Threat(0.3, "2"), 3)])
def test_training_is_what_an_edited_script_does(adversarial, path):
    between = (lambda: keras.layers.Dropout(0.3), keras.layers.BatchNormalization)
    model = mlp(3, (8,), 3, "softmax", "tanh", between=between)
    rows = RNG.normal(size=(70, 3)).astype("float32")
    recipe = recipe_of(model, "SparseCategoricalCrossentropy", keras.optimizers.SGD(0.1), batch_size=16)
    recipe = replace(recipe, adversarial=adversarial)
    assert_trains_as_fit(rows, np.arange(70) % 3, recipe, path=path, ready=as_in_a_script(adversarial))


def test_a_size_is_counted_in_raw_units_whatever_is_done_to_the_inputs():
    case = made()
    for inputs in ((), ("standardise",), ("impute", "standardise")):
        prepared = prepare_run(case, Plan(), Run(replace(case.recipe, inputs=inputs), 0))
        spread = prepared.train.x.std(axis=0)
        raw = X.std(axis=0)
        np.testing.assert_allclose(reach_of(Threat(0.2), prepared)[0] / spread, 0.2 / raw, rtol=0.3)
        np.testing.assert_allclose(reach_of(Threat(0.2, relative=True), prepared)[0], 0.2 * spread, rtol=1e-5)


def test_a_channel_of_pictures_has_one_deviation():
    pictures = (RNG.normal(size=(60, 4, 4, 2)) * [1.0, 5.0]).astype("float32")
    model = keras.Sequential([keras.Input((4, 4, 2)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    case = case_of(pictures, np.arange(60) % 2, recipe_of(model, "SparseCategoricalCrossentropy", "sgd"))
    reach = reach_of(Threat(0.1, relative=True), prepare_run(case, Plan(), Run(case.recipe, 0)))
    assert reach.shape == (1, 4, 4, 2)
    assert np.ptp(reach[..., 0]) == 0
    assert reach[0, 0, 0, 1] == pytest.approx(0.5, rel=0.1)


def test_inputs_that_are_bent_or_counted_have_no_distance():
    case = made()
    bent = prepare_run(case, Plan(), Run(replace(case.recipe, inputs=("clip",)), 0))
    assert reach_of(Threat(0.1), bent) is None
    counted = case_of(np.round(X).astype("int64"), Y, case.recipe)
    assert reach_of(Threat(0.1), prepare_run(counted, Plan(), Run(case.recipe, 0))) is None
    trial = train_one(case, Plan(), yardstick_of(case), Run(replace(
        case.recipe, inputs=("clip",), adversarial=Adversarial(Threat(0.1))), 0))  # fmt: skip
    assert "size of an attack" in trial.failed


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_moves_stay_in_the_ball_and_go_uphill(norm):
    slope = RNG.normal(size=(20, 4, 3)).astype("float32") * 1e-25
    moves = np.zeros_like(slope)
    for _ in range(4):
        moves = np.asarray(moved(norm, moves, slope, 0.5))
    if norm == "inf":
        np.testing.assert_array_equal(moves, np.sign(slope))
        return
    lengths = np.sqrt((moves**2).sum(axis=(1, 2)))
    np.testing.assert_allclose(lengths, 1.0, rtol=1e-5)
    along = (moves * slope).sum(axis=(1, 2)) / np.sqrt((slope.astype("float64") ** 2).sum(axis=(1, 2)))
    np.testing.assert_allclose(along, 1.0, rtol=1e-4)


def test_the_same_seed_moves_the_same_rows_alike_and_another_size_is_another_training():
    case = made(batch_size=16)
    runs = [Run(replace(case.recipe, adversarial=Adversarial(Threat(size))), 3) for size in (0.1, 0.1, 0.4)]
    first, again, further = (train_one(case, Plan(), yardstick_of(case), run) for run in runs)
    assert first.train_loss == again.train_loss
    assert first.train_loss != further.train_loss
