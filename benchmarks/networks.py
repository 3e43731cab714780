"""The networks that are timed, made with whichever backend Keras runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SPARSE = "SparseCategoricalCrossentropy"


@dataclass(frozen=True)
class Network:
    """One training.

    Attributes:
        title: for the table.
        rows: all rows; the engine trains on three in five of them, scores on one in five, locks one in five away.
        shape: of one input row.
        layers: makes the layers behind the input.
        classes: 0 for numbers.
        batch: rows in an update.
        epochs: passes over the rows.
        work: (rows, inner, columns) of the matrix products that one row of a batch takes part in.
    """

    title: str
    rows: int
    shape: tuple[int, ...]
    layers: Callable[[Any], list[Any]]
    classes: int
    batch: int
    epochs: int
    work: tuple[tuple[int, int, int], ...]

    @property
    def train_rows(self) -> int:
        """Rows that a fit on its own is given, as many as the engine trains on."""
        return self.rows * 3 // 5

    @property
    def forward_flops(self) -> int:
        """Multiplications and additions for one row forwards."""
        return 2 * sum(rows * inner * columns for rows, inner, columns in self.work)

    def data(self) -> tuple[Any, Any]:
        """Rows and targets; what they say does not matter here."""
        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.rows, *self.shape)).astype("float32")
        y = rng.integers(0, self.classes, self.rows) if self.classes else np.sin(x.reshape(self.rows, -1)[:, 0])
        return x, y.astype("int32" if self.classes else "float32")

    def model(self, keras: Any) -> Any:
        """A fresh model, not compiled."""
        last = keras.layers.Dense(self.classes or 1, "softmax" if self.classes else None)
        return keras.Sequential([keras.Input(self.shape), *self.layers(keras.layers), last])

    @property
    def loss(self) -> str:
        """Name of its Keras loss."""
        return SPARSE if self.classes else "MeanSquaredError"


def _convolutions(first: int, second: int) -> Callable[[Any], list[Any]]:
    return lambda layers: [
        layers.Conv2D(first, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(second, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
    ]  # fmt: skip


NETWORKS = {
    "mlp": Network(
        "MLP, 6k parameters, 1,000 rows, batch 32, 30 epochs", 1000, (20,),
        lambda layers: [layers.Dense(64, "relu"), layers.Dense(64, "relu")], 0, 32, 30,
        ((1, 20, 64), (1, 64, 64), (1, 64, 1)),
    ),
    "line": Network(
        "MLP, 4k parameters, 100 rows, batch 32, 200 epochs", 100, (1,),
        lambda layers: [layers.Dense(64, "relu"), layers.Dense(64, "relu")], 0, 32, 200,
        ((1, 1, 64), (1, 64, 64), (1, 64, 1)),
    ),
    "wide": Network(
        "MLP, 85k parameters, 4,000 rows, batch 128, 10 epochs", 4000, (64,),
        lambda layers: [layers.Dense(256, "relu"), layers.Dense(256, "relu")], 10, 128, 10,
        ((1, 64, 256), (1, 256, 256), (1, 256, 10)),
    ),
    "cnn": Network(
        "CNN, 32 and 64 filters, 2,048 images 28x28, batch 32, 3 epochs", 2048, (28, 28, 1), _convolutions(32, 64),
        10, 32, 3, ((676, 9, 32), (121, 288, 64), (1, 1600, 10)),
    ),
    "small cnn": Network(
        "CNN, 8 and 16 filters, 2,048 images 28x28, batch 32, 3 epochs", 2048, (28, 28, 1), _convolutions(8, 16),
        10, 32, 3, ((676, 9, 8), (121, 72, 16), (1, 400, 10)),
    ),
    "lstm": Network(
        "LSTM, 32 units, 500 sequences of 50, batch 32, 5 epochs", 500, (50, 4), lambda layers: [layers.LSTM(32)],
        0, 32, 5, ((50, 36, 128), (1, 32, 1)),
    ),
}  # fmt: skip


def case_of(network: Network) -> Any:
    """The network as a case, held in memory; for processes that run Keras on JAX."""
    from lossclinic.core.case import Case, Data
    from lossclinic.core.recipe import Recipe
    from lossclinic.core.task import infer_task
    from lossclinic.engine.backend import use_jax

    keras = use_jax()
    x, y = network.data()
    plain = keras.saving.serialize_keras_object(network.model(keras))
    optimizer = keras.optimizers.serialize(keras.optimizers.Adam())
    recipe = Recipe(plain, {"class_name": network.loss, "config": {}}, optimizer, network.epochs, network.batch)
    return Case(network.title, recipe, infer_task(y, recipe.model, recipe.loss), Data(x, y, len(x)))
