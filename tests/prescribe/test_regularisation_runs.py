"""Edited scripts of the remedies that change how a training steps, run for real on tiny data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.prescribe.cases import dense, optimizer, recipe
from tests.prescribe.test_runs import BEGIN, fix, run

ROWS = "rng = np.random.default_rng(0)\nx = rng.normal(size=(200, 2))\ny = np.abs(x[:, 0])\n"
MODEL = 'model = keras.Sequential([keras.Input((2,)), Dense(8, activation="relu"), Dense(1)])\n'
BEFORE = recipe(dense("dense", 8, "relu"), dense("dense_1", 1))


def test_the_average_is_what_the_model_predicts_with(tmp_path: Path) -> None:
    text = BEGIN + ROWS + MODEL + (
        'model.compile(optimizer="sgd", loss="mse")\n'
        "last = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()[0]))\n"
        "seen = []\nmodel.fit(x, y, epochs=5, callbacks=[last], verbose=0)\n"
        "print(np.abs(seen[-1] - model.get_weights()[0]).max(), model.optimizer.ema_momentum)\n"
    )  # fmt: skip
    after = replace(BEFORE, optimizer=optimizer(use_ema=True, ema_momentum=0.9))
    moved, momentum = run(tmp_path, fix(text, BEFORE, after))
    assert moved > 0
    assert momentum == 0.9
