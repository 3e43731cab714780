"""The engine beside `keras.Model.fit`, on the same weights and batch order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.model import build_model
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.train import train_one
from tests.engine.made import case_of, yardstick_of


def assert_trains_as_fit(x: Any, y: Any, recipe: Recipe, seed: int = 5) -> None:
    """Losses of every epoch and final weights are those of `fit`; the recipe must not shuffle."""
    recipe = replace(recipe, split=Split("shuffled", 0.25), shuffle=False)
    case = case_of(x, y, recipe)
    run = Run(recipe, seed=seed, keep_weights=True)

    trial = train_one(case, Plan(), yardstick_of(case), run)

    rows = prepare_run(case, Plan(), run)
    model = build_model(recipe, seed)
    history = model.fit(
        rows.train.x, rows.train.y, sample_weight=rows.train.weight if recipe.class_weight else None,
        validation_data=(rows.validation.x, rows.validation.y), validation_batch_size=1000, epochs=recipe.epochs,
        batch_size=recipe.batch_size, shuffle=False, verbose=0,
    ).history  # fmt: skip
    assert not trial.failed
    np.testing.assert_allclose(trial.train_loss, history["loss"], rtol=1e-4)
    np.testing.assert_allclose(trial.val_loss, history["val_loss"], rtol=1e-4)
    for ours, theirs in zip(trial.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-5)
