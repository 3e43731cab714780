from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import UsageError
from lossclinic.core.task import infer_task
from lossclinic.loss_table.choices import losses_of
from lossclinic.remedies.loss._contract import class_of, keras_loss
from lossclinic.testing import example_cases

ON_CLASSES = {"squared error", "absolute error", "focal loss", "label smoothing", "Dice's loss", "Tversky's loss"}


def classes(loss, activation="softmax", one_hot=False, **config):
    case = example_cases()["flat"]
    output = architecture.output_layer(case.recipe.model).name
    model = architecture.with_config(case.recipe.model, output, activation=activation)
    y = np.eye(3)[case.data.y] if one_hot else case.data.y
    recipe = replace(case.recipe, model=model, loss=keras_loss(loss, **config))
    return replace(case, recipe=recipe, data=replace(case.data, y=y), task=infer_task(y, model, recipe.loss))


def test_a_mask_admits_everything_for_yes_and_no():
    case = example_cases()["masks"]
    losses, left_out = losses_of(case)
    assert next(iter(losses)) == "binary cross-entropy"
    assert set(losses) == {"binary cross-entropy", *ON_CLASSES}
    assert next(iter(losses.values())) is case.recipe
    assert left_out == ()


@pytest.mark.parametrize(
    "case",
    [
        classes("SparseCategoricalCrossentropy"),
        classes("CategoricalCrossentropy", one_hot=True),
        classes("SparseCategoricalCrossentropy", "linear", from_logits=True),
    ],
)
def test_class_numbers_and_one_hot_labels_admit_the_same(case):
    losses, _ = losses_of(case)
    assert set(losses) == {"cross-entropy", *ON_CLASSES}
    for name in ("Dice's loss", "squared error"):
        assert architecture.output_activation(losses[name].model) == "softmax"


def test_the_scripts_own_loss_comes_first_and_the_fitting_one_beside_it():
    losses, _ = losses_of(classes("MeanSquaredError", one_hot=True))
    assert list(losses)[:2] == ["squared error", "cross-entropy"]


def test_numbers_admit_losses_of_numbers():
    losses, _ = losses_of(example_cases()["sequences"])
    assert set(losses) == {"squared error", "absolute error", "log-cosh", "Huber's loss"}
    assert class_of(losses["log-cosh"].loss) == "LogCosh"


def test_what_is_left_out_says_why():
    case = example_cases()["masks"]
    rare = replace(case, recipe=replace(case.recipe, batch_size=1), data=replace(case.data, y=case.data.y * 0))
    losses, left_out = losses_of(rare)
    assert "Dice's loss" not in losses
    assert "larger batches" in dict(left_out)["Dice's loss"]


def test_an_output_that_fits_no_loss_is_to_be_repaired_first():
    with pytest.raises(UsageError, match="probabilities"):
        losses_of(classes("SparseCategoricalCrossentropy", "relu"))
