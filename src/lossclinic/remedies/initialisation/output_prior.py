"""Let the untrained network answer what the targets are on average.

The output layer's bias becomes the log-odds of the classes (their shares in the training rows), or the mean of the
targets, and its kernel starts small. The first loss is then that of the best constant answer, and no update is spent on
finding the average.

Does not apply to outputs other than a Dense layer with a bias and a linear, sigmoid or softmax activation that the
targets match, nor where it starts so already.

Reference: Karpathy, "A recipe for training neural networks" (2019), "init well"; Lin, Goyal, Girshick, He and Dollár,
"Focal loss for dense object detection" (2017), section 3.3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

SMALL = 0.01
"""Deviation of the kernel: the answers differ by a few hundredths at first."""
RAREST = 1e-3
DIGITS = 4
Array = np.ndarray[Any, Any]


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Set the output layer's initial bias from the training targets, and its kernel small.

    Raises:
        NotApplicable: the output layer has no such bias, or begins there already.
    """
    output = architecture.output_layer(recipe.model)
    if output.class_name != "Dense" or not output.config.get("use_bias", True):
        raise NotApplicable(f"the output layer '{output.name}' has no bias of its own that could say the average")
    bias = _bias(recipe, case, architecture.output_activation(recipe.model), output.units or 0)
    changes: Json = {
        "bias_initializer": _initialiser("Constant", value=bias if len(bias) > 1 else bias[0]),
        "kernel_initializer": _initialiser("RandomNormal", stddev=SMALL, seed=None),
    }
    model = architecture.with_config(recipe.model, output.name, **changes)
    if model == recipe.model:
        raise NotApplicable("the output layer begins at the targets' average already")
    return (replace(recipe, model=model, initial="fresh"),)


def _bias(recipe: Recipe, case: Case, activation: str, units: int) -> list[float]:
    targets = np.asarray(case.task.encode(case.data.y[: case.data.n_train]))
    logits = bool(recipe.loss["config"].get("from_logits")) if isinstance(recipe.loss.get("config"), dict) else False
    if case.task.is_classes:
        shares = _shares(recipe, targets, len(case.task.classes))
        if units == 1 and len(shares) == 2 and (activation == "sigmoid" or (logits and activation == "linear")):
            return _rounded(np.log(shares[1:] / shares[0]))
        if units == len(shares) and (activation == "softmax" or (logits and activation == "linear")):
            return _rounded(np.log(shares) - np.mean(np.log(shares)))
        raise NotApplicable("the output does not put out one probability for each class")
    flat = targets.reshape(len(targets), -1).astype(np.float64)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if case.task.kind != "regression" or activation != "linear" or units != flat.shape[-1] or not len(flat):
        raise NotApplicable("the output's activation or width does not put out the numbers that are wanted")
    return [0.0] * units if recipe.standardise_targets else _rounded(flat.mean(axis=0))


def _shares(recipe: Recipe, labels: Array, classes: int) -> Array:
    """Share of each class as the loss weighs it; balanced where the rows are."""
    if recipe.resampling is not None:
        return np.full(classes, 1 / classes)
    weights = [float((recipe.class_weight or {}).get(k, 1.0)) for k in range(classes)]
    counts = np.bincount(labels.reshape(-1).astype(int), minlength=classes)[:classes] * np.array(weights)
    return np.clip(counts / max(counts.sum(), 1e-12), RAREST, 1.0)


def _rounded(values: Array) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in np.asarray(values, dtype=np.float64).reshape(-1)]


def _initialiser(class_name: str, **config: Any) -> Json:
    return {"module": "keras.initializers", "class_name": class_name, "config": config, "registered_name": None}


REMEDY = Remedy(id="output-prior", title="Start the output at the targets' average", apply=apply)
