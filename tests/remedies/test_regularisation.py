"""Remedies that hold the network back, or let it go."""

from dataclasses import replace

import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Split, Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.train import train_one
from lossclinic.experiments.design import setting_of
from lossclinic.remedies.regularisation import (
    augment_images,
    dropout,
    early_stopping,
    keep_best_weights,
    l1,
    l2,
    weaker_regularisation,
)
from lossclinic.testing import example_cases
from tests.engine.made import yardstick_of


def recipe(name):
    return example_cases()[name].recipe


def penalties(treated):
    found = (layer.config.get("kernel_regularizer") for layer in architecture.layers(treated.model))
    return [penalty["config"] for penalty in found if penalty]


def classes(treated):
    return [layer.class_name for layer in architecture.layers(treated.model)[1:]]


def test_hidden_kernels_are_penalised_and_the_output_is_not():
    assert [penalties(treated) for treated in l2.apply(recipe("skip"))] == [
        [{"l2": strength}] * 2 for strength in (1e-4, 1e-3, 1e-2, 3e-2)
    ]
    assert penalties(l1.apply(recipe("skip"))[0]) == [{"l1": 1e-5}] * 2


def test_a_penalty_that_is_there_is_made_stronger_and_one_of_another_kind_stays():
    treated = l1.apply(recipe("numbers"))[0]
    before = penalties(treated)
    assert [list(penalty) for penalty in before] == [["l2"], ["l1"]]
    stronger = penalties(l2.apply(treated)[0])
    assert stronger[0]["l2"] == pytest.approx(3 * before[0]["l2"])
    assert stronger[1] == before[1]


def test_where_all_penalties_are_of_another_kind_none_is_added():
    free = replace(recipe("numbers"), model=weaker_regularisation.apply(recipe("numbers"))[-1].model)
    with pytest.raises(NotApplicable, match="already"):
        l2.apply(l1.apply(free)[0])


def rates(treated):
    return [layer.config["rate"] for layer in architecture.layers(treated.model) if layer.class_name == "Dropout"]


def test_weaker_regularisation_weakens_everything_then_removes_each_kind_then_both():
    own = recipe("numbers")
    weaker, no_noise, no_penalty, none = weaker_regularisation.apply(own)
    assert penalties(weaker) == [{"l2": pytest.approx(0.001)}]
    assert rates(weaker) == [0.3]
    assert (penalties(no_noise), rates(no_noise)) == (penalties(own), [])
    assert (penalties(no_penalty), rates(no_penalty)) == ([], rates(own))
    assert penalties(none) == []
    assert "Dropout" not in classes(none)
    with pytest.raises(NotApplicable):
        weaker_regularisation.apply(none)


def test_weight_decay_is_a_penalty_too():
    sequences = recipe("sequences")
    decayed = replace(
        sequences, optimizer={"class_name": "AdamW", "config": {"learning_rate": 0.1, "weight_decay": 0.5}}
    )
    decays = [treated.optimizer["config"]["weight_decay"] for treated in weaker_regularisation.apply(decayed)]
    assert decays == [pytest.approx(0.05), 0.0]


def test_dropout_stands_behind_activation_and_pooling():
    gentle, strong = dropout.apply(recipe("images"))
    assert classes(gentle) == ["Conv2D", "MaxPooling2D", "Dropout", "Flatten", "Dense"]
    assert architecture.layers(strong.model)[3].config["rate"] == 0.5
    assert classes(dropout.apply(recipe("uneven"))[0])[:3] == ["Dense", "Activation", "Dropout"]
    with pytest.raises(NotApplicable):
        dropout.apply(gentle)


def test_layers_that_have_dropout_get_no_second_one():
    assert classes(dropout.apply(recipe("numbers"))[0]) == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]


def test_early_stopping_sets_rows_apart_only_where_there_are_none():
    numbers = replace(recipe("numbers"), epochs=200)
    (treated,) = early_stopping.apply(numbers)
    assert treated.stop == Stop(patience=20, restore_best=True)
    assert treated.split == Split("shuffled", 0.15)
    given = replace(numbers, split=Split("given", 0.3))
    assert early_stopping.apply(given)[0].split == given.split
    with pytest.raises(NotApplicable, match="already"):
        early_stopping.apply(treated)
    with pytest.raises(NotApplicable, match="too few"):
        early_stopping.apply(replace(numbers, epochs=3))


def test_best_weights_are_kept_without_changing_when_training_ends():
    numbers = recipe("numbers")
    assert keep_best_weights.apply(numbers)[0].stop == Stop(patience=None, restore_best=True)
    patient = replace(numbers, stop=Stop(patience=7, restore_best=False))
    (treated,) = keep_best_weights.apply(patient)
    assert treated.stop == Stop(patience=7, restore_best=True)
    with pytest.raises(NotApplicable, match="already"):
        keep_best_weights.apply(treated)


def test_each_variation_of_images_is_tried_alone_and_gentle_ones_together():
    case = example_cases()["images"]
    strengths = augment_images.apply(case.recipe, case)
    assert [setting_of(case.recipe, treated) for treated in strengths] == [
        "shift + turn + zoom", "shift + turn + zoom + flip", "shift", "turn", "shear", "zoom", "flip",
    ]  # fmt: skip
    for treated in strengths:
        with pytest.raises(NotApplicable, match="already"):
            augment_images.apply(treated, case)
    other = example_cases()["sequences"]
    with pytest.raises(NotApplicable, match="not images"):
        augment_images.apply(other.recipe, other)


def test_every_variation_trains_and_can_be_saved(tmp_path):
    case = example_cases()["images"]
    keras = use_jax()
    for treated in augment_images.apply(case.recipe, case)[2:]:
        recipe = replace(treated, epochs=1, loss=example_cases()["flat"].recipe.loss)
        trial = train_one(case, Plan(), yardstick_of(case), Run(recipe, 0))
        assert not trial.failed
        made = [keras.layers.deserialize(layer) for layer in recipe.augmentation]
        keras.Sequential([keras.Input((12, 12, 1)), *made]).save(tmp_path / "model.keras")
        assert keras.saving.load_model(tmp_path / "model.keras").layers[0].name == made[0].name
