"""Remedies that change what one training step does: mixed rows, a gradient taken uphill."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.train import train_one
from lossclinic.experiments.design import setting_of
from lossclinic.prescribe.words import describe
from lossclinic.remedies.regularisation import mixup, sharpness_aware
from lossclinic.testing import example_cases
from tests.engine.made import case_of, mlp, recipe_of, yardstick_of

keras = use_jax()


def noisy_classes():
    """Three classes with every fifth label at random, and a network that can learn all of them by heart."""
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = (rng.normal(size=(90, 6)) + 1.5 * np.eye(3)[y] @ rng.normal(size=(3, 6))).astype("float32")
    y = np.where(rng.random(90) < 0.2, rng.integers(0, 3, 90), y)
    loss = "SparseCategoricalCrossentropy"
    recipe = recipe_of(mlp(6, (64,), 3), loss, keras.optimizers.Adam(0.01), {"from_logits": True}, epochs=60)
    return case_of(x, y, recipe)


def test_sparse_labels_become_shares_of_each_class():
    case = example_cases()["flat"]
    gentle, strong = mixup.apply(case.recipe, case)
    assert [gentle.mixup, strong.mixup] == [0.2, 1.0]
    assert gentle.loss["class_name"] == "CategoricalCrossentropy"
    with_logits = {**case.recipe.loss, "config": {"from_logits": True}}
    treated = mixup.apply(replace(case.recipe, loss=with_logits), case)[0]
    assert treated.loss["config"] == {"from_logits": True}


@pytest.mark.parametrize("name", ["numbers", "uneven", "sequences"])
def test_other_losses_take_shares_as_they_are(name):
    case = example_cases()[name]
    assert mixup.apply(case.recipe, case)[0].loss == case.recipe.loss


def test_what_cannot_be_mixed():
    case = example_cases()["from one"]
    with pytest.raises(NotApplicable, match="from 1 to 3"):
        mixup.apply(case.recipe, case)
    assert mixup.apply(replace(case.recipe, labels="counted"), case)[0].mixup
    flat = example_cases()["flat"]
    with pytest.raises(NotApplicable, match="already"):
        mixup.apply(replace(flat.recipe, mixup=0.2), flat)
    with pytest.raises(NotApplicable, match="whole labels"):
        mixup.apply(replace(flat.recipe, loss={"class_name": "CategoricalHinge", "config": {}}), flat)
    tokens = keras.Sequential([
        keras.Input((4,)), keras.layers.Embedding(9, 2), keras.layers.Flatten(), keras.layers.Dense(3),
    ])  # fmt: skip
    with pytest.raises(NotApplicable, match="token"):
        mixup.apply(recipe_of(tokens, "MeanSquaredError", "adam"), flat)


def test_mixing_keeps_a_network_from_learning_labels_by_heart():
    case = noisy_classes()
    mixed = mixup.apply(case.recipe, case)[1]
    plain, treated = (
        [train_one(case, Plan(), yardstick_of(case), Run(recipe, seed)) for seed in range(3)]
        for recipe in (case.recipe, mixed)
    )
    for before, after in zip(plain, treated, strict=True):
        assert after.train > before.train
        assert after.held_out < before.held_out


def test_steps_uphill_have_the_length_that_they_are_given():
    recipe = example_cases()["numbers"].recipe
    assert [treated.sharpness for treated in sharpness_aware.apply(recipe)] == [0.05, 0.2]
    with pytest.raises(NotApplicable, match="already"):
        sharpness_aware.apply(replace(recipe, sharpness=0.05))


def test_flat_minima_bear_a_push_of_the_weights():
    case = noisy_classes()
    case = replace(case, recipe=replace(case.recipe, split=Split("shuffled", 0.2)))
    sharp, flat = (
        train_one(case, Plan(), yardstick_of(case), Run(recipe, 0)).val_loss[-1]
        for recipe in (case.recipe, sharpness_aware.apply(case.recipe)[1])
    )
    assert flat < sharp


def test_words_say_the_strength_and_what_it_costs():
    case = example_cases()["numbers"]
    treated = mixup.apply(case.recipe, case)[0]
    assert setting_of(case.recipe, treated) == "alpha 0.2"
    assert "in shares drawn from Beta(0.2, 0.2)" in describe(case.recipe.diff(treated)[0])
    assert "themselves" in describe(treated.diff(case.recipe)[0])
    treated = sharpness_aware.apply(case.recipe)[0]
    assert setting_of(case.recipe, treated) == "rho 0.05"
    assert "takes twice as long" in describe(case.recipe.diff(treated)[0])
    assert "where the weights are" in describe(treated.diff(case.recipe)[0])
