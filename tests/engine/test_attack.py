"""Attacks on trained networks: as strong as theory allows, past saturation, and honest where a gradient is masked."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.probe import Attack
from lossclinic.core.rows import Plan
from lossclinic.core.threat import Adversarial, Threat
from lossclinic.core.trial import Run, under_attack
from lossclinic.engine.attack import attack_one
from lossclinic.engine.backend import use_jax
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.store import Store
from lossclinic.engine.train import train_one
from lossclinic.experiments.attack_checks import checks_of
from tests.engine.made import case_of, mlp, recipe_of, yardstick_of

keras = use_jax()
RNG = np.random.default_rng(8)
Y = np.arange(600) % 2
X = (0.7 * (2 * Y[:, None] - 1) * np.linspace(0.2, 1.0, 6) + RNG.normal(size=(600, 6))).astype("float32")


def attacked(case, threat, seed=0, **changes):
    recipe = replace(case.recipe, **changes)
    return Attack.from_plain(attack_one(case, Plan(), yardstick_of(case), threat, recipe, seed))


def outcomes(*attacks):
    return {check.id: check.outcome for check in checks_of([("it", attacks)])}


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_a_linear_network_falls_exactly_where_theory_says(norm):
    """The worst move against w·x + b takes eps times the dual norm of w from each margin."""
    case = case_of(X, Y, recipe_of(mlp(6, (), 1, "sigmoid"), "BinaryCrossentropy", "adam", epochs=30))
    found = attacked(case, Threat(0.3, norm))
    kernel, bias = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 0, keep_weights=True)).weights
    rows = prepare_run(case, Plan(), Run(case.recipe, 0)).held_out
    margins = (2 * rows.target - 1) * (rows.x @ kernel[:, 0] + bias[0])
    dual = np.abs(kernel).sum() if norm == "inf" else np.sqrt((kernel**2).sum())
    for strength in found.sweep:
        stand = np.mean(margins - strength.factor * 0.3 * dual > 0)
        assert strength.right == pytest.approx(stand, abs=0.01)
    assert set(outcomes(found).values()) == {"passed"}


def test_certainty_hides_no_way_from_the_attack():
    """Probabilities of exactly 0 and 1 have no gradient; what comes before the softmax has one."""
    model = mlp(6, (), 2, "softmax")
    model.set_weights([np.array([-1, 1]) * np.linspace(0.2, 1.0, 6)[:, None] * 300, np.zeros(2)])
    case = case_of(X, Y, recipe_of(model, "SparseCategoricalCrossentropy", keras.optimizers.SGD(0.0), epochs=1))
    loud = {"initial": "given"}
    case = replace(case, recipe=replace(case.recipe, **loud))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lossclinic.engine.train.given_weights", lambda _: tuple(model.get_weights()))
        found = attacked(replace(case, folder="somewhere"), Threat(1.0))
    assert found.clean > 0.9
    assert found.moved < 0.6
    assert found.unbounded == 0


def test_a_network_without_a_gradient_only_seems_to_stand_and_that_is_said():
    """Steps in front of the network make it blind to small moves and flat in between: random moves are stronger."""
    model = keras.Sequential([
        keras.Input((6,)),
        keras.layers.Rescaling(1000.0),
        keras.layers.Activation("hard_sigmoid"),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    case = case_of(X, Y, recipe_of(model, "BinaryCrossentropy", "adam", epochs=20))
    found = attacked(case, Threat(0.6))
    assert found.clean > 0.7
    said = outcomes(found)
    assert said["unbounded"] == "failed"
    assert found.unbounded > 0.05


def test_training_on_moved_rows_makes_the_network_stand():
    y = np.arange(600) % 2
    hints = RNG.normal(size=(600, 40)) + 0.25 * (2 * y[:, None] - 1)
    strong = 2.0 * (2 * y - 1) + RNG.normal(size=600)
    case = case_of(np.column_stack([strong, hints]).astype("float32"), y, recipe_of(
        mlp(41, (), 1, "sigmoid"), "BinaryCrossentropy", keras.optimizers.Adam(0.01), epochs=30))  # fmt: skip
    threat = Threat(0.2)
    plain = attacked(case, threat)
    hardened = attacked(case, threat, adversarial=Adversarial(threat, 1))
    assert hardened.moved > plain.moved + 0.05
    assert outcomes(plain, hardened)["more-steps"] == "passed"


def test_a_trial_brings_its_scores_under_attack_along(tmp_path):
    case = case_of(X, Y, recipe_of(mlp(6, (), 1, "sigmoid"), "BinaryCrossentropy", "adam", epochs=10))
    run = Run(case.recipe, 0, locked=True, attack=Threat(0.3))
    trial = train_one(case, Plan(), yardstick_of(case), run)
    calm = train_one(case, Plan(), yardstick_of(case), replace(run, attack=None))
    assert calm.attacked is None
    assert calm.held_out_score == trial.held_out_score
    assert trial.attacked.held_out > trial.held_out
    assert trial.attacked.agreement < trial.agreement
    assert trial.attacked.locked > trial.locked_score
    assert run.key != replace(run, attack=None).key
    judged = under_attack(trial)
    assert (judged.held_out, judged.agreement, judged.locked_score) == (
        trial.attacked.held_out, trial.attacked.agreement, trial.attacked.locked)  # fmt: skip
    store = Store(tmp_path / "trials.sqlite", "scope")
    store.plan(0, "question", lambda: None)
    store.keep(trial, 1.0)
    assert store.read()[run.key][0].attacked == trial.attacked
    store.close()


def test_what_cannot_be_attacked_counts_as_failed_under_attack():
    case = case_of(X, X[:, 0], recipe_of(mlp(6, (), 1), "MeanSquaredError", "adam"))
    trial = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 0, attack=Threat(0.3)))
    assert not trial.failed
    assert "attacked" in under_attack(trial).failed
