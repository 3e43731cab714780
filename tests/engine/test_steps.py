"""Steps that do more than Keras' own: mixed rows, and a gradient taken uphill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.costs import Tally
from lossclinic.engine.mixing import draw, mixed, mixing_of
from lossclinic.engine.model import build_model
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.structure import structure_key
from lossclinic.engine.train import train_one
from tests.engine.as_fit import in_order
from tests.engine.made import case_of, line_case, mlp, recipe_of, yardstick_of

keras = use_jax()
RNG = np.random.default_rng(1)
X = RNG.normal(size=(70, 3)).astype("float32")
NUMBERS = (X @ [1.0, -2.0, 0.5]).astype("float32")
LABELS = np.digitize(NUMBERS, [-1, 1])
CASES = {
    "numbers": (NUMBERS, "MeanSquaredError", mlp(3), None),
    "yes or no": ((NUMBERS > 0).astype("int64"), "BinaryCrossentropy", mlp(3, last="sigmoid"), None),
    "classes": (np.eye(3)[LABELS], "CategoricalCrossentropy", mlp(3, outputs=3, last="softmax"), None),
    "weights": (NUMBERS, "MeanSquaredError", mlp(3), RNG.uniform(0, 2, 70).astype("float32")),
}


def train(x, y, recipe, seed=5, **settings):
    case = case_of(x, y, recipe, **settings)
    run = Run(recipe, seed=seed, keep_weights=True)
    return train_one(case, Plan(), yardstick_of(case), run), prepare_run(case, Plan(), run)


@pytest.mark.parametrize("path", ["fused", "stepped"])
@pytest.mark.parametrize("name", CASES)
def test_mixed_rows_train_as_fit_on_rows_that_are_mixed_before(name, path, monkeypatch):
    monkeypatch.setattr("lossclinic.engine.program.choose_path", lambda *_: path)
    y, loss, model, weight = CASES[name]
    recipe = recipe_of(model, loss, "adam", batch_size=16, mixup=0.4, split=Split("shuffled", 0.25))
    trial, rows = train(X, y, recipe, sample_weight=weight)

    def blended():
        mixing = mixing_of(0.4, 5)
        for x, y, w in in_order(rows.train, recipe, 5, weighted=True):
            share, partner = (np.asarray(part, dtype="float64") for part in draw(mixing, len(x)))
            partner = partner.astype(int)
            own, other = share * w, (1 - share) * w[partner]
            column = (slice(None), *([None] * (y.ndim - 1)))
            target = (own[column] * y + other[column] * y[partner]) / (own + other)[column]
            yield (share * x + (1 - share) * x[partner]), target, own + other
            mixing = {**mixing, "turn": mixing["turn"] + np.array([0, 1], dtype="uint32")}

    fresh = build_model(recipe, 5)
    steps = -(-len(rows.train) // 16)
    history = fresh.fit(blended(), steps_per_epoch=steps, epochs=recipe.epochs, shuffle=False, verbose=0).history
    assert not trial.failed
    np.testing.assert_allclose(trial.train_loss, history["loss"], rtol=1e-4)
    for ours, theirs in zip(trial.weights, fresh.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=5e-5)


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_shares_follow_the_beta_distribution_and_partners_are_a_permutation(alpha):
    import jax

    states = [{**mixing_of(alpha, 3), "turn": np.array([3, n], dtype="uint32")} for n in range(800)]
    stacked = {key: np.stack([np.asarray(s[key]) for s in states]) for key in states[0]}
    shares, partners = jax.vmap(lambda state: draw(state, 6))(stacked)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.05)
    assert np.var(shares) == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)
    assert (np.sort(partners, axis=1) == np.arange(6)).all()


def test_a_row_of_no_weight_leaves_the_targets_of_others_alone():
    y, weight = np.array([0.0, 0.0, 100.0], dtype="float32"), np.array([1.0, 1.0, 0.0], dtype="float32")
    for seed in range(5):
        _, _, target, both = mixed(mixing_of(1.0, seed), np.zeros((3, 2), dtype="float32"), y, weight)
        assert np.asarray(target)[np.asarray(both) > 0] == pytest.approx(0.0)


def test_mixtures_differ_between_seeds_and_repeat_with_the_same():
    case = line_case(mixup=1.0)
    first, again, other = (
        train_one(case, Plan(), yardstick_of(case), Run(case.recipe, seed)).train_loss for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def linear_case(**settings):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
    recipe = recipe_of(model, "MeanSquaredError", keras.optimizers.SGD(0.1), **{"batch_size": 500, **settings})
    return case_of(X, NUMBERS, recipe)


def by_hand(weights, x, y, rho, rate, steps):
    """Sharpness-aware steps on a linear model, in plain NumPy."""

    def slope(w):
        return 2 / len(x) * x.T @ (x @ w - y)

    losses = []
    for _ in range(steps):
        losses.append(np.mean((x @ weights - y) ** 2))
        up = slope(weights)
        weights = weights - rate * slope(weights + rho * up / np.linalg.norm(up))
    return weights, losses


@pytest.mark.parametrize("rho", [0.05, 0.5])
def test_a_sharpness_aware_step_is_the_one_of_the_paper(rho):
    case = linear_case(sharpness=rho, epochs=6)
    trial, rows = train(case.data.x, case.data.y, case.recipe)
    start = build_model(case.recipe, 5).get_weights()[0].astype("float64")
    weights, losses = by_hand(start, rows.train.x, rows.train.y[:, None], rho, 0.1, 6)
    np.testing.assert_allclose(trial.weights[0], weights, rtol=1e-4)
    np.testing.assert_allclose(trial.train_loss, losses, rtol=1e-4)


def test_strengths_share_a_program_and_what_is_off_adds_nothing():
    base = linear_case().recipe
    for name in ("mixup", "sharpness"):
        weak, strong = (replace(base, **{name: value}) for value in (0.1, 0.7))
        assert structure_key(weak) == structure_key(strong) != structure_key(base)
        assert weak.key != strong.key
        assert replace(weak, **{name: 0.0}).key == base.key


def test_two_gradients_count_as_two_updates():
    costs = []
    for case in (linear_case(epochs=6), linear_case(epochs=6, sharpness=0.05)):
        tally, run = Tally(case, Plan()), Run(case.recipe, 0)
        tally.note(run, train_one(case, Plan(), yardstick_of(case), run))
        costs.append(tally.updates)
    assert costs == [6, 12]
