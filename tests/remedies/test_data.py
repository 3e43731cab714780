"""Remedies that prepare or divide rows."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Split
from lossclinic.core.task import Task
from lossclinic.remedies.data import (
    impute_missing,
    one_hot_categories,
    shuffled_split,
    standardise_inputs,
    standardise_targets,
)
from lossclinic.remedies.imbalance import class_weights, oversample_smote
from lossclinic.testing import example_cases


@pytest.fixture
def numbers():
    return example_cases()["numbers"]


@pytest.fixture
def uneven():
    return example_cases()["uneven"]


def with_x(case, x):
    return replace(case, data=replace(case.data, x=x))


def test_imputation_comes_before_standardisation_in_either_order(uneven):
    (first,) = standardise_inputs.apply(uneven.recipe, uneven)
    (both,) = impute_missing.apply(first, uneven)
    assert both.inputs == ("impute", "standardise")
    (first,) = impute_missing.apply(uneven.recipe, uneven)
    (other,) = standardise_inputs.apply(first, uneven)
    assert other.inputs == both.inputs


def test_inputs_near_mean_0_and_deviation_1_are_left_alone(numbers):
    x = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)
    case = replace(numbers, data=replace(numbers.data, x=x, n_train=1000))
    with pytest.raises(NotApplicable, match="as it is"):
        standardise_inputs.apply(case.recipe, case)


@pytest.mark.parametrize("layer", ["Normalization", "BatchNormalization", "Rescaling"])
def test_a_model_that_scales_its_own_inputs_is_left_alone(numbers, layer):
    from lossclinic.core.architecture import insert_after, make_layer

    model = insert_after(numbers.recipe.model, None, make_layer(layer, "own"))
    with pytest.raises(NotApplicable, match=layer):
        standardise_inputs.apply(replace(numbers.recipe, model=model), numbers)


def test_text_is_not_standardised(numbers):
    case = with_x(numbers, np.array([["a", "b", "c"]] * 60))
    with pytest.raises(NotApplicable, match="not numbers"):
        standardise_inputs.apply(case.recipe, case)


def test_targets_of_a_bounded_output_are_not_standardised(numbers):
    with pytest.raises(NotApplicable, match="relu"):
        standardise_targets.apply(numbers.recipe, numbers)


def test_large_targets_are_standardised(numbers):
    sequences = example_cases()["sequences"]
    (treated,) = standardise_targets.apply(sequences.recipe, sequences)
    assert treated.standardise_targets


def test_tail_split_becomes_a_shuffled_one_of_the_same_size(uneven):
    (treated,) = shuffled_split.apply(uneven.recipe)
    assert treated.split == Split("shuffled", 0.2)
    assert treated.shuffle


def test_rows_set_apart_by_hand_stay_there(numbers):
    with pytest.raises(NotApplicable):
        shuffled_split.apply(replace(numbers.recipe, split=Split("given", 0.3)))


def test_balanced_weights_give_every_class_the_same_total(uneven):
    gentle, full = class_weights.apply(uneven.recipe, uneven)
    assert full.class_weight[1] * 10 == pytest.approx(full.class_weight[0] * 50, rel=1e-3)
    assert (50 * full.class_weight[0] + 10 * full.class_weight[1]) / 60 == pytest.approx(1, rel=1e-3)
    assert 1 < gentle.class_weight[1] < full.class_weight[1]


def test_classes_are_weighted_or_resampled_but_not_both(uneven):
    weighted = class_weights.apply(uneven.recipe, uneven)[-1]
    with pytest.raises(NotApplicable, match="weighted already"):
        oversample_smote.apply(weighted, uneven)


def test_smote_needs_gaps_filled_and_rows_of_numbers(uneven):
    with pytest.raises(NotApplicable, match="filled first"):
        oversample_smote.apply(uneven.recipe, uneven)
    (filled,) = impute_missing.apply(uneven.recipe, uneven)
    assert oversample_smote.apply(filled, uneven)[0].resampling.kind == "smote"
    pictures = with_x(uneven, np.zeros((60, 4, 4, 1)))
    with pytest.raises(NotApplicable, match="plain numbers"):
        oversample_smote.apply(filled, pictures)


def test_smote_says_which_columns_hold_codes(uneven):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, uneven.data.x.shape[1])).astype(np.float32)
    assert oversample_smote.apply(uneven.recipe, with_x(uneven, x))[0].resampling.categories == ()
    x[:, 1] = np.arange(60) % 4
    coded = with_x(uneven, x)
    (treated,) = oversample_smote.apply(uneven.recipe, coded)
    assert treated.resampling.categories == (1,)
    (encoded,) = one_hot_categories.apply(uneven.recipe, coded)
    assert oversample_smote.apply(encoded, coded)[0].resampling == treated.resampling
    assert one_hot_categories.apply(treated, coded)[0].resampling == treated.resampling


def test_smote_leaves_a_table_of_codes_alone_that_is_too_large_to_compare(uneven):
    y = (np.arange(12000) % 3 == 0).astype(int)
    x = np.tile((np.arange(12000) % 7)[:, None], uneven.data.x.shape[1]).astype(np.float32)
    data = replace(uneven.data, x=x, y=y, n_train=12000)
    (treated,) = oversample_smote.apply(uneven.recipe, replace(uneven, data=data))
    assert treated.resampling.categories == tuple(range(x.shape[1]))
    more = replace(data, x=np.r_[x, x], y=np.r_[y, y], n_train=24000)
    with pytest.raises(NotApplicable, match="4000 rows"):
        oversample_smote.apply(uneven.recipe, replace(uneven, data=more))


def test_even_classes_and_numbers_have_no_imbalance(uneven):
    even = replace(uneven, data=replace(uneven.data, y=np.arange(60) % 2))
    with pytest.raises(NotApplicable, match="equally many"):
        class_weights.apply(even.recipe, even)
    with pytest.raises(NotApplicable, match="not exclusive classes"):
        class_weights.apply(even.recipe, replace(even, task=Task("regression", 1)))
