"""A reward added to cross-entropy."""

from dataclasses import replace

import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.shaped import primary_of
from lossclinic.remedies.loss import focal_loss, matching_loss, shaped_loss
from lossclinic.remedies.loss._contract import keras_loss
from lossclinic.testing import example_cases


@pytest.mark.parametrize("name", ["masks", "flat"])
def test_the_cross_entropy_stays_what_it_was(name):
    case = example_cases()[name]
    strengths = shaped_loss.apply(case.recipe, case)
    assert {primary_of(recipe.loss)["class_name"] for recipe in strengths} == {case.recipe.loss["class_name"]}
    rewards = [(recipe.loss["config"]["reward"], recipe.loss["config"]["weight"]) for recipe in strengths]
    assert rewards == [("f1", 0.3), ("f1", 1.0), ("balanced-accuracy", 0.3), ("balanced-accuracy", 1.0)]


def test_logits_stay_logits():
    case = example_cases()["masks"]
    recipe = replace(case.recipe, loss=keras_loss("BinaryCrossentropy", from_logits=True))
    assert primary_of(shaped_loss.apply(recipe, case)[0].loss)["config"]["from_logits"] is True


def test_a_shaped_loss_is_no_wrong_loss_and_no_cross_entropy_to_replace():
    case = example_cases()["masks"]
    (treated, *_) = shaped_loss.apply(case.recipe, case)
    with pytest.raises(NotApplicable, match="fits"):
        matching_loss.apply(treated, case)
    for remedy in (shaped_loss, focal_loss):
        with pytest.raises(NotApplicable):
            remedy.apply(treated, case)


def test_numbers_and_rare_rows_in_small_batches_have_no_reward():
    case = example_cases()["numbers"]
    with pytest.raises(NotApplicable, match="no cross-entropy"):
        shaped_loss.apply(case.recipe, case)
    case = example_cases()["masks"]
    few = replace(case, data=replace(case.data, y=case.data.y * 0))
    with pytest.raises(NotApplicable, match="larger batches"):
        shaped_loss.apply(few.recipe, few)
