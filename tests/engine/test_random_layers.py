"""Layers with random numbers or a state: as in fit, apart by seed, shared where trials are paired."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.model import build_model
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.program import first_state, program_for
from lossclinic.engine.train import train_one
from tests.engine.as_fit import in_order
from tests.engine.made import case_of, mlp, recipe_of, yardstick_of

keras = use_jax()
layers = keras.layers
RNG = np.random.default_rng(1)
X = RNG.normal(2.0, 3.0, size=(70, 3)).astype("float32")
Y = X.sum(axis=1)


def case_with(*between, **settings):
    model = mlp(3, (8,), between=between)
    return case_of(X, Y, recipe_of(model, "MeanSquaredError", keras.optimizers.SGD(0.0), batch_size=12, **settings))


def masks(case, seed, steps=2):
    """Which units the dropout layer of a training keeps, step by step."""
    run = Run(case.recipe, seed)
    prepared = prepare_run(case, Plan(), run)
    program = program_for(case.recipe, prepared, case.task, yardstick_of(case))
    state = first_state(program, case.recipe, seed, None, prepared)
    until = keras.Model(program.model.inputs[0], next(
        layer.output for layer in program.model.layers if "dropout" in layer.name
    ))  # fmt: skip
    kept = []
    for _ in range(steps):
        out, ntv = until.stateless_call(state["tv"][:2], state["ntv"], np.ones((6, 3), "float32"), training=True)
        state = {**state, "ntv": ntv}
        kept.append(np.asarray(out) != 0)
    return np.stack(kept)


def test_seeds_have_dropout_masks_of_their_own_and_pairs_share_them():
    linear = mlp(3, (8,), hidden="linear", between=(lambda: layers.Dropout(0.5),))
    case = case_of(X, Y, recipe_of(linear, "MeanSquaredError", "sgd", batch_size=12))
    paired = replace(case, recipe=case.recipe.with_learning_rate(0.3))
    first = masks(case, 1)
    np.testing.assert_array_equal(first, masks(paired, 1))
    assert np.mean(first != masks(case, 2)) > 0.2
    assert np.mean(first[0] != first[1]) > 0.2


def test_at_no_learning_rate_dropout_alone_decides_the_loss():
    case = case_with(lambda: layers.Dropout(0.5), initial="given")
    losses = []
    for seed in (1, 1, 2):
        trial = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, seed))
        losses.append(trial.train_loss)
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]
    assert len(set(losses[0])) == len(losses[0])


@pytest.mark.parametrize("batch", [12, 500])
def test_the_statistics_of_batch_normalisation_are_those_of_fit(batch):
    case = case_with(lambda: layers.BatchNormalization(momentum=0.7))
    recipe = replace(case.recipe, batch_size=batch, split=Split("shuffled", 0.25))
    case = replace(case, recipe=recipe)
    run = Run(recipe, 4, keep_weights=True)
    trial = train_one(case, Plan(), yardstick_of(case), run)
    train, model = prepare_run(case, Plan(), run).train, build_model(recipe, 4)
    steps = -(-len(train) // batch)
    model.fit(in_order(train, recipe, 4, weighted=False), epochs=3, steps_per_epoch=steps, shuffle=False, verbose=0)
    names = [variable.name for variable in model.weights]
    for name in ("moving_mean", "moving_variance"):
        at = names.index(name)
        np.testing.assert_allclose(trial.weights[at], model.get_weights()[at], rtol=1e-4, atol=1e-6)
        assert not np.allclose(trial.weights[at], 0.0 if name == "moving_mean" else 1.0)


def test_validation_counts_the_masks_of_recurrent_dropout_as_fit_does():
    start = keras.Input((3, 1))
    model = keras.Model(start, layers.Dense(1)(layers.GRU(3, dropout=0.4)(start)))
    recipe = recipe_of(model, "MeanSquaredError", "sgd", batch_size=5)
    trials = []
    for fraction in (0.2, 0.4):
        split = replace(recipe, split=Split("tail", fraction), epochs=2)
        case = case_of(X[..., None], Y, split)
        prepared = prepare_run(case, Plan(), Run(split, 0))
        program = program_for(split, prepared, case.task, yardstick_of(case))
        trials.append((len(prepared.validation), [int(np.max(n)) for n in program.drawn]))
    for rows, drawn in trials:
        assert max(drawn) % -(-rows // 5) == 0
        assert max(drawn) > 0
