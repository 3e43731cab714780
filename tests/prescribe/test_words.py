from __future__ import annotations

import pytest

from lossclinic.core import architecture
from lossclinic.core.recipe import Change, Resampling, Split, Stop
from lossclinic.prescribe.words import describe
from tests.prescribe.cases import dense, loss, optimizer, recipe


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            Change("layer-argument", "dense_1", "activation", "sigmoid", "relu"),
            "In layer `dense_1` use activation relu instead of sigmoid.",
        ),
        (Change("layer-argument", "d", "units", 2, 64), "Give layer `d` 64 units instead of 2."),
        (
            Change(
                "optimizer", "optimizer", before=optimizer(learning_rate=0.009999999776482582), after=optimizer("Adam")
            ),
            "Train with Adam (learning rate 0.01) instead of SGD (learning rate 0.01).",
        ),
        (
            Change("inputs", "inputs", before=[], after=["standardise"]),
            "Standardise the inputs: subtract each column's mean, divide by its deviation (fitted on training rows).",
        ),
        (
            Change("loss", "loss", before=loss(), after=loss("BinaryCrossentropy", from_logits=True)),
            "Train with binary crossentropy on logits as loss instead of mean squared error.",
        ),
        (Change("fit-argument", "epochs", before=5, after=50), "Train for 50 epochs instead of 5."),
        (
            Change("stop", "stop", after=Stop(patience=7)),
            "Stop when the validation loss has not improved for 7 epochs and keep the weights of the best epoch.",
        ),
        (
            Change("stop", "stop", before=Stop(patience=2), after=Stop(patience=None)),
            "Train for all epochs and keep the weights of the epoch with the lowest validation loss.",
        ),
        (
            Change("resampling", "resampling", after=Resampling(categories=(2, 5))),
            "Balance the classes of the training rows with synthetic rows between neighbours (SMOTE). "
            "In input columns 2, 5 (counted from 0) they take the commonest code among their neighbours.",
        ),
    ],
)
def test_a_change_reads_as_a_plain_sentence(change: Change, expected: str) -> None:
    assert describe(change) == expected


def test_every_kind_of_change_has_a_sentence() -> None:
    a = recipe(dense("a", 2), dense("b", 1))
    model = architecture.insert_after(a.model, "a", architecture.make_layer("Dropout", "drop", rate=0.2))
    changes = [
        *a.diff(recipe(dense("a", 2), dense("b", 1), resampling=Resampling(), split=Split("shuffled", 0.2))),
        *a.diff(recipe(dense("a", 2), standardise_targets=True, initial="given", class_weight={0: 1.0, 1: 9.0})),
        *a.diff(
            recipe(dense("a", 2), augmentation=(architecture.make_layer("RandomFlip", "flip", mode="horizontal"),))
        ),
        Change("insert-layer", "drop", "a", after=architecture.make_layer("Dropout", "drop", rate=0.2)),
    ]
    assert len(model["config"]["layers"]) == 4
    for change in changes:
        assert describe(change).endswith(".")
        assert "Change " not in describe(change)
