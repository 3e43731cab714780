"""Scripts that draw balanced batches, run for real on tiny data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.recipe import Resampling, Split
from lossclinic.core.task import Task
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, loss, recipe
from tests.prescribe.test_runs import BEGIN, run

RARE = np.arange(200) % 20 == 0
TEXT = BEGIN + (
    "rng = np.random.default_rng(0)\nx = rng.normal(size=(200, 2))\ny = (np.arange(200) % 20 == 0).astype(int)\n"
    'model = keras.Sequential([Dense(1, activation="sigmoid", input_shape=(2,))])\n'
    'model.compile("sgd", "binary_crossentropy")\n'
    "model.fit(x, y, {size}epochs=3, validation_split=0.2, verbose=0)\n"
    "print(float(np.mean(model.predict(x, verbose=0))), 0)\n"
)


def test_batches_of_the_script_are_even(tmp_path: Path) -> None:
    """The share of rare rows that the model learns to predict by its bias alone is a half, not a twentieth."""
    for size in ("", "8, "):
        text = TEXT.format(size=size).replace('"sgd"', "keras.optimizers.Adam(0.1)").replace("epochs=3", "epochs=40")
        text = text.replace("x = rng.normal(size=(200, 2))", "x = np.zeros((200, 2))")
        before = recipe(
            dense("dense", 1, "sigmoid"), loss=loss("BinaryCrossentropy"), split=Split("tail", 0.2), epochs=40,
            batch_size=8 if size else 32,
        )  # fmt: skip
        made = case(text, before, {"dense": line_of(text, r"Dense\(1")}, task=Task("binary", 2, (0.0, 1.0)))
        made = replace(made, data=Data(np.zeros((200, 2)), RARE.astype(int), 200))
        result = edit_script(text, made, replace(before, resampling=Resampling("batches")))
        assert not result.unwritten
        assert f"BalancedBatches(x[:cut], y[:cut], {before.batch_size}), None" in result.text
        (mean, _) = run(tmp_path, result.text)
        assert 0.42 < mean < 0.58
