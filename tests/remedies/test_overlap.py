"""Losses of overlap: what they count, and where they can be had."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.core.task import infer_task
from lossclinic.engine.model import make_loss
from lossclinic.remedies.loss import dice_loss, tversky_loss
from lossclinic.remedies.loss._contract import keras_loss
from lossclinic.testing import example_cases


@pytest.fixture
def masks():
    return example_cases()["masks"]


@pytest.fixture
def one_hot():
    case = example_cases()["flat"]
    y = np.eye(3)[case.data.y]
    recipe = replace(case.recipe, loss=keras_loss("CategoricalCrossentropy"))
    return replace(
        case, recipe=recipe, data=replace(case.data, y=y), task=infer_task(y, recipe.model, recipe.loss)
    )  # fmt: skip


def two_classes(share, rare=1, rows=200, **changes):
    """One sigmoid unit; a share of the rows has the label `rare`."""
    case = example_cases()["uneven"]
    few = np.arange(rows) < share * rows
    y = np.where(few, rare, 1 - rare)
    output = architecture.layers(case.recipe.model)[-1].name
    model = architecture.with_config(case.recipe.model, output, activation="sigmoid")
    x = np.zeros((rows, 3), np.float32)
    return replace(
        case, recipe=replace(case.recipe, model=model, **changes), data=replace(case.data, x=x, y=y, n_train=rows)
    )


def test_dice_of_a_mask_is_taken_over_the_batch_or_for_each_picture(masks):
    over_batch, each = (make_loss(recipe.loss) for recipe in dice_loss.apply(masks.recipe, masks))
    y = np.zeros((2, 12, 12, 1), np.float32)
    y[0, :10], y[1, 0, 0] = 1, 1
    found = y.copy()
    found[1] = 0  # the small object of the second picture is missed
    assert float(over_batch(y, found)) < 0.01
    assert float(each(y, found)) == pytest.approx(0.5, abs=0.01)


def test_dice_of_classes_is_taken_over_the_batch_or_for_each_class(one_hot):
    over_batch, each = (make_loss(recipe.loss) for recipe in dice_loss.apply(one_hot.recipe, one_hot))
    y = np.eye(3, dtype=np.float32)[[0] * 19 + [1]]
    found = np.eye(3, dtype=np.float32)[[0] * 20]
    assert float(over_batch(y, found)) == pytest.approx(0.05, abs=0.001)
    assert float(each(y, found)) > 0.6


def test_weights_of_rows_leave_no_loss_for_each_class(one_hot):
    weighted = replace(one_hot.recipe, class_weight={0: 2.0})
    assert [recipe.loss["config"] for recipe in dice_loss.apply(weighted, one_hot)] == [{}]


def test_for_tversky_a_miss_is_worse_than_a_false_alarm_of_the_same_size(masks):
    y = np.zeros((1, 12, 12, 1), np.float32)
    y[0, :6] = 1
    missed, alarmed = y.copy(), y.copy()
    missed[0, 0], alarmed[0, 6] = 0, 1
    dice = make_loss(dice_loss.apply(masks.recipe, masks)[0].loss)
    excess = []
    for recipe in tversky_loss.apply(masks.recipe, masks):
        loss = make_loss(recipe.loss)
        excess.append(float(loss(y, missed)) / float(loss(y, alarmed)))
    assert float(dice(y, missed)) / float(dice(y, alarmed)) < 1.2 < excess[0] < excess[1]


def test_an_output_of_logits_gets_the_activation_that_cross_entropy_applied(masks):
    output = architecture.output_layer(masks.recipe.model).name
    logits = architecture.with_config(masks.recipe.model, output, activation="linear")
    recipe = replace(masks.recipe, model=logits, loss=keras_loss("BinaryCrossentropy", from_logits=True))
    for remedy in (dice_loss, tversky_loss):
        assert architecture.output_activation(remedy.apply(recipe, masks)[0].model) == "sigmoid"
    with pytest.raises(NotApplicable, match="linear"):
        dice_loss.apply(replace(recipe, loss=keras_loss("BinaryCrossentropy")), masks)


def test_class_numbers_and_numbers_have_no_overlap():
    for name in ("skip", "numbers"):
        case = example_cases()[name]
        with pytest.raises(NotApplicable, match="one-hot"):
            dice_loss.apply(case.recipe, case)


def test_the_rare_class_must_be_the_one_that_is_counted():
    case = two_classes(0.08)
    assert len(dice_loss.apply(case.recipe, case)) == 1
    case = two_classes(0.08, rare=0)
    with pytest.raises(NotApplicable, match="labelled 0"):
        dice_loss.apply(case.recipe, case)


def test_batches_must_hold_what_is_counted():
    case = two_classes(0.02, batch_size=16)
    with pytest.raises(NotApplicable, match=r"16 rows holds 0\.3"):
        tversky_loss.apply(case.recipe, case)
    larger = replace(case.recipe, batch_size=128)
    assert tversky_loss.apply(larger, case)
