"""The engine beside `keras.Model.fit`, on the same weights and batch order."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest

from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.choose import Path
from lossclinic.engine.model import build_model
from lossclinic.engine.orders import orders_of
from lossclinic.engine.outcome import NOT_FINITE
from lossclinic.engine.prepare import Block, prepare_run
from lossclinic.engine.train import train_one
from tests.engine.made import case_of, yardstick_of


def in_order(block: Block, recipe: Recipe, seed: int, *, weighted: bool) -> Iterator[Any]:
    """Batches without end, in the order in which the engine takes them."""
    for epoch in itertools.count():
        order = orders_of(recipe, block.target, epoch, 1, seed)[0]
        for start in range(0, len(block), recipe.batch_size):
            rows = order[start : start + recipe.batch_size]
            yield block.x[rows], block.y[rows], *((block.weight[rows],) if weighted else ())


def raise_alike(why: str, fit: Callable[[], Any]) -> None:
    """Whether what the engine says stopped it is what stops fit."""
    with pytest.raises(Exception) as said:
        fit()
    assert said.type.__name__ in why


def assert_trains_as_fit(
    x: Any,
    y: Any,
    recipe: Recipe,
    seed: int = 5,
    sample_weight: Any = None,
    callbacks: Any = (),
    path: Path | None = None,
    ready: Callable[[Any], None] = lambda model: None,
) -> None:
    """Losses of every epoch and final weights are those of `fit`, on either path of the engine.

    `ready` is done to the model before its fit.
    """
    recipe = replace(recipe, split=Split("shuffled", 0.25))
    case = case_of(x, y, recipe, sample_weight=sample_weight)
    run = Run(recipe, seed=seed, keep_weights=True)

    given = mock.patch("lossclinic.engine.program.choose_path", return_value=path)
    with given if path else contextlib.nullcontext():
        trial = train_one(case, Plan(), yardstick_of(case), run)

    rows = prepare_run(case, Plan(), run)
    model = build_model(recipe, seed)
    ready(model)
    weighted = sample_weight is not None or bool(recipe.class_weight)
    valid = rows.validation

    def fit() -> dict[str, list[float]]:
        return model.fit(
            in_order(rows.train, recipe, seed, weighted=weighted),
            steps_per_epoch=-(-len(rows.train) // recipe.batch_size),
            validation_data=(valid.x, valid.y) if sample_weight is None else (valid.x, valid.y, valid.weight),
            validation_batch_size=recipe.batch_size, epochs=recipe.epochs, shuffle=False, verbose=0,
            callbacks=list(callbacks),
        ).history  # fmt: skip

    if trial.failed not in ("", NOT_FINITE):
        raise_alike(trial.failed, fit)
        return
    history = fit()
    if trial.failed:
        assert not np.isfinite(history["loss"]).all(), f"{trial.failed}, but fit has {history['loss']}"
        return
    np.testing.assert_allclose(trial.train_loss, history["loss"], rtol=1e-4, atol=1e-6, err_msg="train loss")
    np.testing.assert_allclose(trial.val_loss, history["val_loss"], rtol=1e-4, atol=1e-6, err_msg="validation loss")
    for ours, theirs in zip(trial.weights, model.weights, strict=True):
        # A softmax does not see a bias of its keys: that gradient is round-off, which some optimizers scale up.
        if not theirs.path.endswith("/key/bias"):
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=2e-3, atol=5e-5, err_msg=f"final {theirs.path}")
