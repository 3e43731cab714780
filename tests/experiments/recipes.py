"""Small recipes as plain data, for tests that need no Keras."""

from __future__ import annotations

from lossclinic.core.architecture import make_layer
from lossclinic.core.recipe import Recipe

SEQUENTIAL = {
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 4], "dtype": "float32"}},
            make_layer("Dense", "hidden", units=8, activation="sigmoid", use_bias=True),
            make_layer("Dense", "out", units=1, activation="linear", use_bias=True),
        ],
    },
}


def recipe(rate: float = 0.01, epochs: int = 10) -> Recipe:
    return Recipe(
        model=SEQUENTIAL,
        loss={"class_name": "MeanSquaredError", "config": {}},
        optimizer={"class_name": "SGD", "config": {"learning_rate": rate}},
        epochs=epochs,
    )
