"""Healthy trainings that are more than a dense network on a table: pictures, sequences, words, labels, masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planted.case import Array, Material

Rows = Callable[[int], tuple[Array, Array]]
WORDS, SENTENCE = 60, 12


@dataclass(frozen=True)
class Shaped:
    """A network of any layers, its data and its fit.

    Attributes:
        rows: seed → (inputs, targets) in random row order.
        build: the input tensor → a model with fresh weights.
        loss: a Keras loss by name.
        optimizer: class name of a Keras optimizer.
        settings: its further arguments.
        rate: learning rate.
        epochs: passes over the training rows.
        batch: rows in one update.
        patience: epochs without a better validation loss before it stops; None: no `EarlyStopping`.
    """

    rows: Rows
    build: Callable[[Any], Any]
    loss: str
    optimizer: str = "Adam"
    settings: Mapping[str, Any] | None = None
    rate: float = 0.01
    epochs: int = 40
    batch: int = 32
    patience: int | None = 10

    def make(self, seed: int) -> Material:
        """Build and compile the model with fresh weights and lay out the arguments of its fit."""
        import keras

        x, y = self.rows(seed)
        keras.utils.set_random_seed(seed)
        model = self.build(keras.Input(x.shape[1:], dtype=x.dtype.name))
        config = {"learning_rate": self.rate, **(self.settings or {})}
        optimizer = keras.optimizers.get({"class_name": self.optimizer, "config": config})
        model.compile(optimizer, self.loss)
        fit: dict[str, Any] = {
            "epochs": self.epochs,
            "batch_size": self.batch,
            "verbose": 0,
            "validation_split": 0.2,
        }
        if self.patience is not None:
            fit["callbacks"] = [keras.callbacks.EarlyStopping(patience=self.patience, restore_best_weights=True)]
        return Material(model, x, y, fit)


def digit_pictures(seed: int) -> tuple[Array, Array]:
    """1,200 of the 8x8 digits as pictures, grey values in [0, 1]."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng([seed, 31]).permutation(len(x))[:1200]
    return (x[order].reshape(-1, 8, 8, 1) / 16).astype(np.float32), y[order]


def ink_masks(seed: int) -> tuple[Array, Array]:
    """600 grainy digits; the target is where their ink is, one yes or no for each of 64 pixels."""
    x, _ = digit_pictures(seed)
    rng = np.random.default_rng([seed, 32])
    grain = rng.normal(0, 0.15, x[:600].shape)
    return (x[:600] + grain).astype(np.float32), (x[:600] > 0.5).astype(np.float32)


def rhythms(seed: int) -> tuple[Array, Array]:
    """600 noisy waves of 20 steps, of one of three frequencies and any phase."""
    rng = np.random.default_rng([seed, 33])
    kind = rng.integers(0, 3, 600)
    phase = rng.uniform(0, 2 * np.pi, (600, 1))
    steps = np.arange(20)[None, :]
    frequency = np.array([0.5, 0.9, 1.4])[kind][:, None]
    wave = np.sin(frequency * steps + phase) + rng.normal(0, 0.3, (600, 20))
    return wave[..., None].astype(np.float32), kind


def sentences(seed: int) -> tuple[Array, Array]:
    """800 lists of 12 words of 60; each word is for or against, and most of a list's words decide."""
    rng = np.random.default_rng([seed, 34])
    words = rng.integers(0, WORDS, (800, SENTENCE))
    leaning = np.random.default_rng(7).normal(0, 1, WORDS)[words].sum(axis=1)
    return words.astype(np.int32), (leaning + rng.normal(0, 0.7, 800) > 0).astype(np.int64)


def pairs_of_words(seed: int) -> tuple[Array, Array]:
    """1,200 lists of 8 words of 20; the answer is yes where word 3 and word 5 both occur."""
    rng = np.random.default_rng([seed, 35])
    words = rng.integers(0, 20, (1200, 8))
    half = rng.random(1200) < 0.4
    words[half, 0], words[half, 1] = 3, 5
    words = rng.permuted(words, axis=1)
    both = np.any(words == 3, axis=1) & np.any(words == 5, axis=1)
    return words.astype(np.int32), both.astype(np.int64)


def themes(seed: int) -> tuple[Array, Array]:
    """800 rows of 12 counts with any of 4 themes."""
    from sklearn.datasets import make_multilabel_classification

    x, y = make_multilabel_classification(800, n_features=12, n_classes=4, n_labels=2, random_state=seed)
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32), y.astype(np.float32)


def two_numbers(seed: int) -> tuple[Array, Array]:
    """600 rows of five inputs; two smooth functions of them, a little noisy, standardised."""
    rng = np.random.default_rng([seed, 36])
    x = rng.uniform(-1, 1, (600, 5))
    y = np.stack([np.sin(3 * x[:, 0]) + x[:, 1], x[:, 2] * x[:, 3] + x[:, 4] ** 2], axis=1)
    y = (y - y.mean(axis=0)) / y.std(axis=0) + rng.normal(0, 0.2, y.shape)
    return x.astype(np.float32), y.astype(np.float32)


def convolutional(outputs: int) -> Callable[[Any], Any]:
    """A network with one convolution for pictures: the input tensor → the model."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        return Sequential(
            [
                inputs,
                layers.Conv2D(12, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(outputs, activation="softmax"),
            ]
        )

    return build


def _masking(inputs: Any) -> Any:
    from keras import Sequential, layers

    first = layers.Conv2D(8, 3, padding="same", activation="relu")
    return Sequential([inputs, first, layers.Conv2D(1, 1, activation="sigmoid")])


def _recurrent(inputs: Any) -> Any:
    from keras import Sequential, layers

    return Sequential([inputs, layers.GRU(12), layers.Dense(3, activation="softmax")])


def _bag_of_words(inputs: Any) -> Any:
    from keras import Sequential, layers

    mean = layers.GlobalAveragePooling1D()
    return Sequential([inputs, layers.Embedding(WORDS, 4), mean, layers.Dense(1, activation="sigmoid")])


def _attending(inputs: Any) -> Any:
    """One block of a transformer: attention and a dense part, each beside a shortcut and normalised."""
    import keras
    from keras import layers

    words = layers.Embedding(20, 12)(inputs)
    attended = layers.MultiHeadAttention(2, 6)(words, words)
    seen = layers.LayerNormalization()(layers.Add()([words, attended]))
    thought = layers.Dense(12)(layers.Dense(24, activation="relu")(seen))
    both = layers.LayerNormalization()(layers.Add()([seen, thought]))
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.GlobalMaxPooling1D()(both)))


def _convolved_series(inputs: Any) -> Any:
    from keras import Sequential, layers

    convolved = layers.Conv1D(12, 5, activation="relu")
    return Sequential([inputs, convolved, layers.GlobalMaxPooling1D(), layers.Dense(3, activation="softmax")])


def dense(units: int, outputs: int, last: str) -> Callable[[Any], Any]:
    """A network with one hidden layer: the input tensor → the model."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        hidden = layers.Dense(units, activation="relu")
        return Sequential([inputs, hidden, layers.Dense(outputs, activation=last)])

    return build


DIGIT_PICTURES = Shaped(digit_pictures, convolutional(10), "sparse_categorical_crossentropy", rate=8e-3, epochs=60)
INK_MASKS = Shaped(ink_masks, _masking, "binary_crossentropy", rate=0.02, epochs=40)
RHYTHMS = Shaped(rhythms, _recurrent, "sparse_categorical_crossentropy")
CONVOLVED_RHYTHMS = Shaped(rhythms, _convolved_series, "sparse_categorical_crossentropy")
SENTENCES = Shaped(sentences, _bag_of_words, "binary_crossentropy", rate=0.03, epochs=60)
PAIRS_OF_WORDS = Shaped(pairs_of_words, _attending, "binary_crossentropy", rate=3e-3)
THEMES = Shaped(themes, dense(16, 4, "sigmoid"), "binary_crossentropy")
TWO_NUMBERS = Shaped(two_numbers, dense(48, 2, "linear"), "mse", epochs=80, patience=15)

HEALTHY_TASKS: Mapping[str, Shaped] = {
    "digit pictures": DIGIT_PICTURES,
    "ink masks": INK_MASKS,
    "rhythms": RHYTHMS,
    "rhythms, convolved": CONVOLVED_RHYTHMS,
    "sentences": SENTENCES,
    "pairs of words": PAIRS_OF_WORDS,
    "themes": THEMES,
    "two numbers": TWO_NUMBERS,
}
