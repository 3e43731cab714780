"""The way a structure is trained is chosen once, and does not change its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine import program
from lossclinic.engine.backend import use_jax
from lossclinic.engine.choose import choose_path
from lossclinic.engine.train import train_one
from tests.engine.made import case_of, recipe_of, yardstick_of

keras = use_jax()
layers = keras.layers


def plain(*made):
    return keras.saving.serialize_keras_object(keras.Sequential([keras.Input((8, 8, 2)), *made]))


def never(path):
    raise AssertionError("nothing is timed where there is no choice")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSCLINIC_CACHE", str(tmp_path))
    return tmp_path


def test_without_convolutions_there_is_no_choice():
    assert choose_path(plain(layers.Flatten(), layers.Dense(1)), (32, 8, 8, 2), never) == "fused"
    assert choose_path(plain(layers.MaxPooling2D()), (32, 8, 8, 2), never) == "fused"


@pytest.mark.parametrize("layer", [layers.Conv2DTranspose(2, 3), layers.Conv2D(2, 3, groups=2)])
def test_a_convolution_that_cannot_stand_in_a_loop_is_stepped(layer):
    assert choose_path(plain(keras.Sequential([layer])), (32, 8, 8, 2), never) == "stepped"


def test_the_faster_way_is_taken_and_remembered_for_the_same_geometry(cache):
    timed = []

    def seconds(path):
        timed.append(path)
        return {"fused": 2.0, "stepped": 1.0}[path]

    model = plain(layers.Conv2D(2, 3), layers.Dropout(0.5))
    assert choose_path(model, (32, 8, 8, 2), seconds) == "stepped"
    assert timed == ["fused", "stepped"]
    other = plain(layers.Conv2D(2, 3, activation="relu"))
    assert choose_path(other, (32, 8, 8, 2), never) == "stepped"
    assert choose_path(other, (16, 8, 8, 2), lambda path: 1.0 if path == "fused" else 2.0) == "fused"


def test_a_cache_that_cannot_be_written_costs_only_time(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LOSSCLINIC_CACHE", str(tmp_path / "file"))
    assert choose_path(plain(layers.Conv2D(2, 3)), (32, 8, 8, 2), lambda path: float(path == "fused")) == "stepped"


def test_both_ways_give_the_same_trial(monkeypatch):
    rng = np.random.default_rng(0)
    y = np.arange(70) % 3
    x = (rng.normal(size=(70, 8, 8, 2)) + y[:, None, None, None]).astype("float32")
    model = keras.Sequential([
        keras.Input((8, 8, 2)), layers.Conv2D(4, 3, padding="same"), layers.MaxPooling2D(), layers.BatchNormalization(),
        layers.SeparableConv2D(4, 2), layers.Dropout(0.2), layers.Flatten(), layers.Dense(3, "softmax"),
    ])  # fmt: skip
    recipe = recipe_of(model, "SparseCategoricalCrossentropy", "adam", batch_size=16)
    case = case_of(x, y, replace(recipe, split=Split("shuffled", 0.2)))
    trials = []
    for path in ("fused", "stepped"):
        monkeypatch.setattr(program, "_programs", {})
        monkeypatch.setattr(program, "choose_path", lambda *_, path=path: path)
        trials.append(train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 3)))
    for name in ("train_loss", "val_loss", "held_out_score"):
        np.testing.assert_allclose(getattr(trials[0], name), getattr(trials[1], name), rtol=1e-4)
