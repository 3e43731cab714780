"""Loss, output and targets are brought together, whatever the script chose."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.architecture import make_layer, output_activation, output_layer
from lossclinic.core.case import Case, Data
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import infer_task
from lossclinic.remedies.loss import matching_loss, matching_output

X = np.zeros((60, 2), dtype=np.float32)
TWO = np.arange(60) % 2
THREE = np.arange(60) % 3
ONE_HOT = np.eye(3)[THREE]
NUMBERS = np.linspace(-5, 5, 60)
LABELS = np.stack([TWO, THREE == 0, np.ones(60)], axis=1).astype(float)
LABELS[0] = 0


def case(y, units, activation, loss, behind=None, **config):
    """One Dense output, its activation inside it or in a layer behind it."""
    layers = [make_layer("Dense", "out", units=units, activation=activation)]
    if behind:
        layers.append(make_layer("Activation", "behind", activation=behind))
    model = {"class_name": "Sequential", "config": {"layers": layers}}
    recipe = Recipe(model, {"class_name": loss, "config": config}, {"class_name": "Adam", "config": {}}, 3)
    return Case("made", recipe, infer_task(y, model, recipe.loss), Data(X, y, 60))


def told(recipe):
    loss = recipe.loss
    config = loss["config"]
    logits = {"from_logits": config["from_logits"]} if "from_logits" in config else {}
    return output_activation(recipe.model), output_layer(recipe.model).units, loss["class_name"], logits


BINARY, SPARSE, CATEGORICAL = "BinaryCrossentropy", "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
MSE, MAE = "MeanSquaredError", "MeanAbsoluteError"
LOGITS, PROBABILITIES = {"from_logits": True}, {"from_logits": False}


@pytest.mark.parametrize(
    ("made", "loss", "logits"),
    [
        (case(TWO, 1, "sigmoid", MSE), BINARY, PROBABILITIES),
        (case(TWO, 1, "linear", BINARY), BINARY, LOGITS),
        (case(TWO, 1, "sigmoid", BINARY, **LOGITS), BINARY, PROBABILITIES),
        (case(TWO, 2, "softmax", BINARY), SPARSE, PROBABILITIES),
        (case(THREE, 3, "softmax", MSE), SPARSE, PROBABILITIES),
        (case(THREE, 3, "softmax", CATEGORICAL), SPARSE, PROBABILITIES),
        (case(THREE, 3, "linear", SPARSE), SPARSE, LOGITS),
        (case(THREE, 3, "linear", SPARSE, behind="softmax", **LOGITS), SPARSE, PROBABILITIES),
        (case(ONE_HOT, 3, "softmax", BINARY), CATEGORICAL, PROBABILITIES),
        (case(ONE_HOT, 3, "softmax", MSE), CATEGORICAL, PROBABILITIES),
        (case(LABELS, 3, "sigmoid", CATEGORICAL), BINARY, PROBABILITIES),
        (case(NUMBERS, 1, "linear", BINARY), MSE, {}),
        (case(NUMBERS, 1, "linear", CATEGORICAL), MSE, {}),
    ],
)
def test_the_loss_that_fits_replaces_another(made, loss, logits):
    (treated,) = matching_loss.apply(made.recipe, made)
    assert told(treated)[2:] == (loss, logits)
    with pytest.raises(NotApplicable, match="fits"):
        matching_loss.apply(treated, made)


@pytest.mark.parametrize(
    "made",
    [
        case(TWO, 1, "sigmoid", BINARY),
        case(TWO, 1, "linear", BINARY, **LOGITS),
        case(TWO, 2, "softmax", SPARSE),
        case(TWO * 2 - 1, 1, "tanh", "Hinge"),
        case(THREE, 3, "softmax", SPARSE),
        case(ONE_HOT, 3, "softmax", "CategoricalFocalCrossentropy"),
        case(LABELS, 3, "sigmoid", BINARY),
        case(NUMBERS, 1, "linear", MAE),
        case(NUMBERS + 6, 1, "linear", "MeanSquaredLogarithmicError"),
    ],
)
def test_healthy_pairs_are_left_alone(made):
    for remedy in (matching_loss, matching_output):
        with pytest.raises(NotApplicable, match="fit"):
            remedy.apply(made.recipe, made)


@pytest.mark.parametrize(
    ("made", "result"),
    [
        (case(TWO, 1, "softmax", BINARY), ("sigmoid", 1, BINARY)),
        (case(TWO, 1, "linear", BINARY, behind="softmax"), ("sigmoid", 1, BINARY)),
        (case(TWO, 1, "linear", MSE), ("sigmoid", 1, BINARY)),
        (case(TWO, 1, "relu", BINARY), ("sigmoid", 1, BINARY)),
        (case(TWO, 2, "sigmoid", BINARY), ("sigmoid", 1, BINARY)),
        (case(TWO * 2 - 1, 1, "sigmoid", "Hinge"), ("tanh", 1, "Hinge")),
        (case(THREE, 1, "sigmoid", SPARSE), ("softmax", 3, SPARSE)),
        (case(THREE, 3, "sigmoid", SPARSE), ("softmax", 3, SPARSE)),
        (case(THREE, 3, "linear", SPARSE), ("softmax", 3, SPARSE)),
        (case(ONE_HOT, 2, "softmax", CATEGORICAL), ("softmax", 3, CATEGORICAL)),
        (case(ONE_HOT, 3, "sigmoid", CATEGORICAL), ("softmax", 3, CATEGORICAL)),
        (case(LABELS, 3, "softmax", BINARY), ("sigmoid", 3, BINARY)),
        (case(NUMBERS, 1, "relu", MSE), ("linear", 1, MSE)),
        (case(NUMBERS, 1, "linear", MAE, behind="sigmoid"), ("linear", 1, MAE)),
        (case(NUMBERS, 3, "linear", MSE), ("linear", 1, MSE)),
    ],
)
def test_activation_units_and_loss_become_consistent(made, result):
    (treated,) = matching_output.apply(made.recipe, made)
    assert told(treated)[:3] == result
    assert told(treated)[3] in ({}, PROBABILITIES)
    with pytest.raises(NotApplicable):
        matching_output.apply(treated, made)
    with pytest.raises(NotApplicable):
        matching_loss.apply(treated, made)


def test_no_loss_alone_repairs_a_softmax_over_one_unit():
    made = case(TWO, 1, "softmax", BINARY)
    with pytest.raises(NotApplicable, match="softmax"):
        matching_loss.apply(made.recipe, made)


@pytest.mark.parametrize("made", [case(THREE + 1, 3, "sigmoid", SPARSE), case(THREE + 1, 4, "softmax", SPARSE)])
def test_labels_that_do_not_count_from_0_are_named(made):
    for remedy in (matching_loss, matching_output):
        with pytest.raises(NotApplicable, match="from 1 to 3"):
            remedy.apply(made.recipe, made)


def test_given_weights_are_given_up_only_with_the_width():
    made = case(THREE, 1, "softmax", SPARSE)
    given = replace(made.recipe, initial="given")
    assert matching_output.apply(given, made)[0].initial == "fresh"
    made = case(TWO, 1, "softmax", BINARY)
    given = replace(made.recipe, initial="given")
    assert matching_output.apply(given, made)[0].initial == "given"
