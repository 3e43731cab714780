"""An ensemble: networks of different seeds on the same rows, their outputs averaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.recipe import Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.costs import Tally
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.structure import group_key, structure_key
from lossclinic.engine.train import begin, train_one
from lossclinic.prescribe.model import save_repaired
from tests.engine.made import case_of, line_case, mlp, recipe_of, with_recipe, yardstick_of

keras = use_jax()


def classes_case(**settings):
    rng = np.random.default_rng(0)
    y = np.arange(150) % 3
    x = (rng.normal(size=(150, 5)) + np.eye(3)[y] @ rng.normal(size=(3, 5))).astype("float32")
    loss, adam = "SparseCategoricalCrossentropy", keras.optimizers.Adam(0.02)
    recipe = recipe_of(mlp(5, (16,), 3, "softmax"), loss, adam, **{"epochs": 25, **settings})
    return case_of(x, y, recipe)


def train(case, seed=0, **settings):
    return train_one(case, Plan(), yardstick_of(case), Run(case.recipe, seed, **settings))


def predictions(case, weights, x):
    from lossclinic.engine.model import build_model

    each, model = len(weights) // case.recipe.members, build_model(case.recipe, 0)
    outputs = []
    for at in range(0, len(weights), each):
        model.set_weights(weights[at : at + each])
        outputs.append(np.asarray(model(x)))
    return outputs


def test_the_average_of_the_members_is_what_is_scored():
    case = classes_case(members=4)
    run = Run(case.recipe, 0, keep_weights=True)
    trial, rows = train(case, keep_weights=True), prepare_run(case, Plan(), run)
    outputs = predictions(case, trial.weights, rows.held_out.x)
    right = np.arange(len(rows.held_out)), rows.held_out.target
    log_loss = -np.mean(np.log(np.mean(outputs, axis=0)[right]))
    assert trial.held_out == pytest.approx(log_loss, rel=1e-4)
    assert trial.held_out < np.mean([-np.mean(np.log(output[right])) for output in outputs])
    assert len({output.tobytes() for output in outputs}) == 4


def test_the_first_member_is_the_training_alone_and_others_follow_from_the_seed():
    single, several = classes_case(), classes_case(members=3)
    alone = train(single, keep_weights=True)
    together, again, other = (train(several, seed, keep_weights=True) for seed in (0, 0, 1))
    for mine, theirs in zip(alone.weights, together.weights, strict=False):
        np.testing.assert_array_equal(mine, theirs)
    assert all(np.array_equal(a, b) for a, b in zip(together.weights, again.weights, strict=True))
    assert not np.array_equal(together.weights[-2], other.weights[-2])


def test_each_member_keeps_the_weights_of_its_own_best_epoch():
    case = line_case(rows=60, epochs=40, members=3, stop=Stop(patience=2))
    case = with_recipe(case, split=replace(case.recipe.split, kind="shuffled", fraction=0.3))
    several = begin(case, Plan(), yardstick_of(case), Run(case.recipe, 0))
    several.to_the_end(float("inf"))
    trial = train(case)
    ends = [len(member.table) for member in several.members]
    assert len(set(ends)) > 1, "the members should end at different epochs"
    assert trial.epochs[-1] == max(ends)
    assert trial.chosen == max(ends) - 1
    assert np.isfinite(trial.held_out)


def test_one_member_that_fails_fails_the_ensemble():
    rate = keras.optimizers.serialize(keras.optimizers.SGD(1e6))
    assert train(with_recipe(line_case(members=3, epochs=30), optimizer=rate)).failed == "non-finite loss"


def test_an_ensemble_that_does_not_fit_into_the_time_says_so():
    case = line_case(members=3)
    late = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 0), deadline=0.0)
    assert late.failed == NO_TIME


def test_it_shares_the_program_and_its_cost_is_counted():
    single = classes_case()
    several = with_recipe(single, members=5)
    assert structure_key(single.recipe) == structure_key(several.recipe)
    assert group_key(single.recipe) != group_key(several.recipe)
    assert replace(several.recipe, members=1).key == single.recipe.key
    counts = []
    for case in (single, several):
        tally, run = Tally(case, Plan()), Run(case.recipe, 0)
        tally.note(run, train(case))
        counts.append(tally.updates)
    assert counts[1] == 5 * counts[0]


def test_the_repaired_model_is_one_file_that_averages(tmp_path):
    case = classes_case(members=3, inputs=("standardise",))
    trial = train(case, keep_weights=True)
    rows = Plan().deal(case.data, case.task, case.recipe.split, 0, "screen")
    save_repaired(case.recipe, case.data, rows, trial.weights, str(tmp_path / "model.keras"))
    saved = keras.saving.load_model(tmp_path / "model.keras")
    x = case.data.x
    scaled = (x - x[rows.train].mean(0)) / x[rows.train].std(0)
    wanted = np.mean(predictions(case, trial.weights, scaled), axis=0)
    np.testing.assert_allclose(np.asarray(saved(x)), wanted, rtol=1e-4, atol=1e-6)
