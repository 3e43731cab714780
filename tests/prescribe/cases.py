"""Small cases built by hand, without Keras."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from lossclinic.core.architecture import make_layer
from lossclinic.core.case import Case, Data, Place, Source
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.task import Task

NAMES = {"Dense": "dense", "Dropout": "dropout", "BatchNormalization": "batch_normalization"}


def dense(name: str, units: int, activation: str = "linear") -> dict[str, Any]:
    return make_layer("Dense", name, units=units, activation=activation, kernel_regularizer=None)


def model(*layers: dict[str, Any], width: int = 2) -> dict[str, Any]:
    head = make_layer("InputLayer", "input", batch_shape=[None, width])
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [head, *layers]}}


def optimizer(name: str = "SGD", **config: Any) -> dict[str, Any]:
    return {"module": "keras.optimizers", "class_name": name, "config": {"learning_rate": 0.01, **config}}


def loss(name: str = "MeanSquaredError", **config: Any) -> dict[str, Any]:
    return {"module": "keras.losses", "class_name": name, "config": config}


def line_of(text: str, pattern: str, nth: int = 0) -> int:
    return [i for i, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)][nth]


def case(
    text: str,
    recipe: Recipe,
    layers: dict[str, int],
    *,
    task: Task | None = None,
    fit: int = 0,
    path: str = "train.py",
) -> Case:
    """A case of the script `text`, its layers on the given lines."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 2)).astype(np.float32)
    y = np.arange(100) % 2 if task is not None and task.is_classes else x[:, 0] * 100 + 500
    places = {name: Place(path, line) for name, line in layers.items()}
    source = Source(
        path,
        Place(path, line_of(text, r"\.fit\(", fit)),
        Place(path, line_of(text, r"\.compile\(")),
        places,
    )
    return Case("train.py", recipe, task or Task("regression", 1), Data(x, y, 100), source=source)


def recipe(*layers: dict[str, Any], **changes: Any) -> Recipe:
    settings: dict[str, Any] = {"loss": loss(), "optimizer": optimizer(), "epochs": 5, "split": Split(), **changes}
    return Recipe(model(*layers), **settings)
