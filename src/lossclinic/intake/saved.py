"""A saved model's architecture and loss, read from the archive as text: no code in it is run, no weight is loaded."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case, Data
from lossclinic.core.errors import UsageError
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.evidence.output_contract import loss_family

CONFIG = "config.json"
DO = "save it in a process that has it: model.save('model.keras')."


def read_saved(path: Path) -> Case:
    """Read what a `.keras` file says of its model.

    Args:
        path: what `model.save("….keras")` wrote.

    Returns:
        A case without rows, whose task is what the loss and the width of the output imply.

    Raises:
        UsageError: it is no such file, or says nothing of layers or loss.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            model: Any = json.loads(archive.read(CONFIG))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} is no model that Keras 3 saved ({type(error).__name__}).", expected="a .keras file", do=DO
        ) from None
    if not isinstance(model, dict) or not isinstance(model.get("config"), dict) or not model["config"].get("layers"):
        raise UsageError(
            f"{path} does not tell its layers: its model is a class of its own.",
            expected="a Sequential or functional model",
            do="check the script that trains it.",
        )
    compiled = model.get("compile_config") or {}
    if not compiled.get("loss"):
        raise UsageError(f"The model in {path} was saved without its loss.", do="compile it before it is saved.")
    return unfitted(path.name, model, _part(compiled["loss"]), _part(compiled.get("optimizer") or "none"))


def unfitted(name: str, model: Json, loss: Json, optimizer: Json) -> Case:
    """A case without rows, of a model that was not fitted here.

    Args:
        name: for people.
        model: the model as plain data.
        loss: the loss as plain data.
        optimizer: the optimizer as plain data.
    """
    task = implied_task(model, loss)
    empty = np.zeros((0, max(task.outputs, 1)), dtype=np.float32)
    return Case(name, Recipe(model, loss, optimizer, epochs=1), task, Data(empty, empty, 0))


def implied_task(model: Json, loss: Json) -> Task:
    """What a loss and a width ask of targets that nobody has seen.

    Args:
        model: the model as plain data.
        loss: the loss as plain data.
    """
    units = architecture.output_layer(model).units or 1
    _, family = loss_family(loss)
    softmax = units > 1 and architecture.output_activation(model) == "softmax"
    if family in ("sparse", "categorical", "divergence") or (family == "numbers" and softmax):
        kind = "multiclass" if units > 2 else "binary"
        classes = tuple(float(k) for k in range(max(units, 2)))
        return Task(kind, len(classes), classes, one_hot=family != "sparse")
    if family in ("binary", "margin"):
        return Task("binary", 2, (0.0, 1.0)) if units == 1 else Task("multilabel", units)
    return Task("regression", units)


def _part(value: Any) -> Json:
    """A loss or optimizer as class name and config, whether it was saved by name or as an object."""
    while isinstance(value, (list, dict)) and "class_name" not in value and len(value) == 1:
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    if isinstance(value, dict) and value.get("class_name"):
        config = value.get("config")
        known = isinstance(config, dict) or value["class_name"] == "function"
        return {"class_name": str(value["class_name"]), "config": config if known else {}}
    if isinstance(value, str):
        return {"class_name": value, "config": {}}
    raise UsageError(f"The model has {len(value)} losses.", expected="one output, one loss")
