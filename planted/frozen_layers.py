"""frozen-layers: layers that keep the random weights they began with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planted.case import Material, Planted
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, WINE, Training

CAUSE = "frozen-layers"


def frozen(training: Training, *names: str) -> Callable[[int], Material]:
    """The training with some layers frozen; all hidden ones where none are named."""

    def make(seed: int) -> Material:
        material = training.make(seed)
        for layer in material.model.layers:
            if layer.name in names or (not names and layer.name.startswith("hidden")):
                layer.trainable = False
        return material

    return make


def taught(training: Training) -> Callable[[int], Material]:
    """The training on features that were learnt before, on the same rows, and are frozen since."""

    def make(seed: int) -> Material:
        import keras

        material = training.make(seed)
        teacher = training.make(seed).model
        teacher.fit(material.x, material.y, epochs=30, batch_size=16, verbose=0)
        for layer, source in zip(material.model.layers, teacher.layers, strict=True):
            if layer.name.startswith("hidden"):
                layer.set_weights(source.get_weights())
                layer.trainable = False
        material.model.compile(keras.optimizers.Adam(0.01), training.loss)
        return material

    return make


SAME = ("too-little-capacity",)
"""Frozen units are no use, so the network works like one without them."""
PLANTED = (
    Planted("digits through frozen layers", CAUSE, "digits", frozen(replace(DIGITS, hidden=(16, 16))), SAME),
    Planted("Friedman through frozen layers", CAUSE, "friedman", frozen(FRIEDMAN), SAME),
    Planted("half moons through frozen layers", CAUSE, "moons", frozen(replace(MOONS, hidden=(8, 8))), SAME),
    Planted("a wave through a frozen first layer", CAUSE, "wave", frozen(WAVE, "hidden_1"), SAME),
)
NEAR_MISSES = (
    Planted("a frozen base that was trained before", CAUSE, "friedman", taught(FRIEDMAN)),
    Planted("random features enough for three growers", CAUSE, "wine", frozen(replace(WINE, hidden=(64,)))),
    Planted("nothing frozen", CAUSE, "iris", IRIS.make),
)
