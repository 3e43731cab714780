"""frozen-layers: layers that keep the random weights they began with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted.case import Material, Planted, graded
from planted.healthy import DIGITS, FRIEDMAN, IRIS, RARE, WINE, Training
from planted.tasks import DIGIT_PICTURES, SENTENCES, WORDS, Shaped

CAUSE = "frozen-layers"


def frozen(training: Training) -> Callable[[int], Material]:
    """The training with its hidden layers frozen."""

    def make(seed: int) -> Material:
        material = training.make(seed)
        for layer in material.model.layers:
            if layer.name.startswith("hidden"):
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


def frozen_task(training: Shaped) -> Callable[[int], Material]:
    """The training with its first layer frozen."""

    def make(seed: int) -> Material:
        material = training.make(seed)
        material.model.layers[0].trainable = False
        return material

    return make


def words(size: int) -> Callable[[Any], Any]:
    """The mean of embedded words, then an answer."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        mean = layers.GlobalAveragePooling1D()
        return Sequential([inputs, layers.Embedding(WORDS, size), mean, layers.Dense(1, activation="sigmoid")])

    return build


def pictures(filters: int) -> Callable[[Any], Any]:
    """A convolution, pooling, then classes."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        found = [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
        return Sequential([inputs, *found, layers.Dense(10, activation="softmax")])

    return build


def held(
    name: str, data: str, freely: Callable[[int], Training | Shaped], sizes: tuple[int, int, int]
) -> tuple[Planted, ...]:
    """Trainings of so many units, filters or dimensions, all of them frozen; before the fault, they could learn."""

    def make(size: int) -> Callable[[int], Material]:
        training = freely(size)
        return frozen(training) if isinstance(training, Training) else frozen_task(training)

    return graded(name, CAUSE, data, make, sizes, SAME, lambda size: freely(size).make)


SAME = ("too-little-capacity",)
"""Frozen units are no use, so the network works like one without them."""
PLANTED = (
    *held("digits through {} frozen units", "digits", lambda units: replace(DIGITS, hidden=(units,)), (48, 32, 16)),
    *held(
        "Friedman through two frozen layers of {}",
        "friedman",
        lambda units: replace(FRIEDMAN, hidden=(units, units)),
        (48, 24, 12),
    ),
    *held(
        "sentences of frozen words in {} dimensions",
        "sentences",
        lambda size: replace(SENTENCES, build=words(size)),
        (16, 8, 4),
    ),
    *held(
        "a rare digit through {} frozen units",
        "rare digit",
        lambda units: replace(RARE, hidden=(units,)),
        (48, 32, 16),
    ),
    *held(
        "digit pictures through {} frozen filters",
        "digit pictures",
        lambda filters: replace(DIGIT_PICTURES, build=pictures(filters)),
        (8, 4, 2),
    ),
)
NEAR_MISSES = (
    Planted("a frozen base that was trained before", CAUSE, "friedman", taught(FRIEDMAN)),
    Planted("random features enough for three growers", CAUSE, "wine", frozen(replace(WINE, hidden=(64,)))),
    Planted("nothing frozen", CAUSE, "iris", IRIS.make),
)
