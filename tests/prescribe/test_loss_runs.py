"""Scripts that were given another loss, run for real on tiny data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lossclinic.core.shaped import shaped
from lossclinic.core.task import Task
from tests.prescribe.cases import dense, loss, recipe
from tests.prescribe.test_runs import BEGIN, fix, run

CLASSES = Task("binary", 2, (0.0, 1.0))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (loss("Dice"), '"dice"'),
        (loss("Dice", axis=[0]), "keras.losses.Dice(axis=[0])"),
        (
            shaped(loss("BinaryCrossentropy"), "f1", 1.0),
            'ShapedLoss(primary=keras.losses.BinaryCrossentropy(), reward="f1", weight=1.0)',
        ),
        (loss("Tversky", alpha=0.9, beta=0.1), "keras.losses.Tversky(alpha=0.9, beta=0.1)"),
    ],
)
def test_a_loss_of_overlap_finds_the_rare_class(tmp_path: Path, wanted: dict[str, object], code: str) -> None:
    text = BEGIN + (
        "keras.utils.set_random_seed(0)\n"
        "X = np.random.default_rng(0).normal(size=(600, 2))\ny = (X[:, 0] + X[:, 1] > 2).astype(int)\n"
        'model = keras.Sequential([Dense(8, activation="relu"), Dense(1, activation="sigmoid")])\n'
        'model.compile(optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy")\n'
        "model.fit(X, y, epochs=30, batch_size=100, verbose=0)\n"
        "found = model.predict(X, verbose=0)[:, 0] > 0.5\n"
        "print(2 * (found & (y == 1)).sum() / (found.sum() + y.sum()))\n"
    )
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1, "sigmoid"), loss=loss("BinaryCrossentropy"))
    fixed = fix(text, before, replace(before, loss=wanted), task=CLASSES)
    assert f"loss={code}" in fixed
    assert run(tmp_path, fixed)[0] > 0.8
