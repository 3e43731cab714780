"""One proper score for all arms of a case, on predictions in the target's own units.

The functions take the array module `xp` (NumPy or jax.numpy), so that the engine scores inside its
compiled programs exactly as reference models are scored outside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan, others
from lossclinic.core.shaped import primary_of
from lossclinic.core.task import Task

Array = Any
FLOOR = 1e-5
"""Probabilities are kept this far from 0 and 1, so that one confidently wrong row costs 11.5, not infinity."""
RARE_SHARE = 0.1
"""Of two classes one is rare below this share; of K, below this share of 1/K. Then all classes count the same."""
LARGEST_LOG = 40.0
"""Logarithms are kept below this, so that the square of what they stand for is a number in single precision."""
SOFT_WIDTH = 0.5
"""A number that stands for a class is read as a normal curve of this width around it."""


@dataclass(frozen=True)
class Link:
    """How a model's raw output becomes a prediction in the target's units.

    Attributes:
        kind: "numbers", "probability" (one unit), "two-units", "distribution" (K units), "independent"
            (one yes/no for each unit), "number-as-class" (one unit for many classes).
        from_logits: whether the raw output is logits.
        centre: for one unit that answers in [-1, 1] (targets -1/1), map (-1, 1) to (0, 1).
        log: whether numbers are logarithms, log(1 + y).
    """

    kind: str
    from_logits: bool = False
    centre: bool = False
    log: bool = False


def link_of(recipe: Recipe, task: Task) -> Link:
    """The link that the recipe's output layer and loss imply for this task."""
    units = architecture.output_layer(recipe.model).units or 1
    activation = architecture.output_activation(recipe.model)
    logits = bool(primary_of(recipe.loss).get("config", {}).get("from_logits", False)) and activation == "linear"
    if task.kind == "regression":
        return Link("numbers", log=recipe.log_targets)
    if task.kind == "multilabel":
        return Link("independent", logits)
    if task.kind == "binary":
        if units == 1:
            signed = task.classes[0] == -1 and recipe.labels == "given"
            return Link("probability", logits, centre=signed and not logits and activation != "sigmoid")
        return Link("two-units" if units == 2 else "distribution", logits)
    return Link("distribution" if units > 1 else "number-as-class", logits)


def natural(xp: Any, task: Task, link: Link, raw: Array, mean: Array = 0.0, std: Array = 1.0) -> Array:
    """Predictions in the target's own units.

    Args:
        xp: NumPy or jax.numpy.
        task: the task.
        link: from `link_of`.
        raw: the model's output, shape (n, units) or (n,).
        mean: mean that the targets (or their logarithms) were standardised with.
        std: deviation that they were standardised with.

    Returns:
        Probabilities (n, K) for classes, (n, outputs) for labels; numbers (n, outputs) for regression.
    """
    raw = raw.reshape(raw.shape[0], -1)
    if link.kind == "numbers":
        values = raw * std + mean
        if link.log:
            values = xp.expm1(xp.clip(values, None, LARGEST_LOG))
        if values.shape[1] == task.outputs:
            return values
        # Output of the wrong width: Keras broadcasts it against the targets, so its mean is what was trained.
        return xp.repeat(xp.mean(values, axis=1, keepdims=True), task.outputs, axis=1)
    if link.kind == "number-as-class":
        values = raw[:, :1] * std + mean
        distance = (values - xp.asarray(task.classes)[None, :]) ** 2 / (2 * SOFT_WIDTH**2)
        weight = xp.exp(-(distance - xp.min(distance, axis=1, keepdims=True)))
        return weight / xp.sum(weight, axis=1, keepdims=True)
    if link.kind in ("probability", "independent"):
        p = 1 / (1 + xp.exp(-xp.clip(raw, -60, 60))) if link.from_logits else raw
        p = xp.clip((p + 1) / 2 if link.centre else p, 0.0, 1.0)
        return p if link.kind == "independent" else xp.concatenate([1 - p[:, :1], p[:, :1]], axis=1)
    if link.from_logits:
        shifted = raw - xp.max(raw, axis=1, keepdims=True)
        p = xp.exp(shifted)
    else:
        p = xp.clip(raw, FLOOR, None)
    p = p / xp.sum(p, axis=1, keepdims=True)
    missing = len(task.classes) - p.shape[1]
    if missing > 0:
        return xp.concatenate([p, xp.zeros((p.shape[0], missing), p.dtype)], axis=1)
    return p[:, columns_of(task, p.shape[1])]


def columns_of(task: Task, units: int) -> np.ndarray[Any, Any]:
    """The unit that stands for each class: labels that count units (1…K with K + 1 units) keep their own."""
    labels = np.asarray(task.classes)
    if np.all((labels >= 0) & (labels < units) & (labels == np.round(labels))):
        return labels.astype(np.int64)
    return np.arange(len(labels))


@dataclass(frozen=True)
class Yardstick:
    """The score that decides for one case; lower is better.

    Attributes:
        name: "log-loss", "balanced log-loss" or "mean squared error".
        task: the task.
        class_weights: weight of a row of each class, mean 1 over the case's rows; () for equal weights.
        trivial: score of the best constant prediction on the case's rows; the unit for what is material.
    """

    name: str
    task: Task
    class_weights: tuple[float, ...] = ()
    trivial: float = 1.0

    def score(self, xp: Any, target: Array, prediction: Array) -> Array:
        """Mean score of the rows.

        Args:
            xp: NumPy or jax.numpy.
            target: from `Task.encode`.
            prediction: from `natural`.
        """
        if self.task.kind == "regression":
            return xp.mean((prediction - target) ** 2)
        if self.task.kind == "multilabel":
            p = xp.clip(prediction, FLOOR, 1 - FLOOR)
            return -xp.mean(target * xp.log(p) + (1 - target) * xp.log(1 - p))
        right = xp.take_along_axis(prediction, target[:, None], axis=1)[:, 0]
        each = -xp.log(xp.clip(right, FLOOR, 1.0))
        if not self.class_weights:
            return xp.mean(each)
        weight = xp.asarray(self.class_weights)[target]
        return xp.sum(weight * each) / xp.sum(weight)

    @property
    def agreement_name(self) -> str:
        """What people call the agreement; "" where there is none, or where it would mislead (a rare class)."""
        if self.task.masks:
            return "Dice coefficient"
        return "" if self.task.kind == "regression" or self.class_weights else "accuracy"

    def agreement(self, xp: Any, target: Array, prediction: Array) -> Array:
        """A familiar figure beside the score, in [0, 1]; higher is better, and it decides nothing.

        For classes and labels the accuracy: the share predicted right. For masks, whose accuracy would mostly count
        background, the Dice coefficient. NaN for numbers.
        """
        if self.task.kind == "regression":
            return xp.asarray(float("nan"))
        if self.task.masks:
            return xp.mean(dice(xp, target > 0.5, prediction > 0.5))
        if self.task.kind == "multilabel":
            return xp.mean((prediction > 0.5) == (target > 0.5))
        return xp.mean(xp.argmax(prediction, axis=1) == target)


def dice(xp: Any, target: Array, found: Array) -> Array:
    """Overlap of two masks for each row: twice what both hold over the sum of what each holds; two empty ones agree.

    Args:
        xp: NumPy or jax.numpy.
        target: yes or no for each place, shape (n, places).
        found: the same, as predicted.

    References:
        Dice, "Measures of the amount of ecologic association between species" (1945).
    """
    both, all_held = xp.sum(target & found, axis=1), xp.sum(target, axis=1) + xp.sum(found, axis=1)
    return xp.where(all_held > 0, 2 * both / xp.maximum(all_held, 1), 1.0)


def choose_yardstick(task: Task, target: np.ndarray[Any, Any]) -> Yardstick:
    """Pick the score for a case from its targets.

    Args:
        task: the task.
        target: encoded targets of all rows that are not locked.
    """
    if task.kind == "regression":
        finite: np.ndarray[Any, Any] = target[np.isfinite(target).all(axis=1)]
        variance: Any = cast("Any", np).var(finite, axis=0).mean() if len(finite) else 1.0
        return Yardstick("mean squared error", task, trivial=float(variance) or 1.0)
    if task.kind == "multilabel":
        constant = Yardstick("log-loss", task)
        share = np.broadcast_to(np.mean(target, axis=0), target.shape)
        return Yardstick("log-loss", task, trivial=float(constant.score(np, target, share)))
    classes = len(task.classes)
    share = np.bincount(target, minlength=classes) / max(len(target), 1)
    if np.min(share) < (RARE_SHARE if classes == 2 else RARE_SHARE / classes):
        inverse: list[float] = (1 / (classes * np.maximum(share, 1 / max(len(target), 1)))).tolist()
        weights = tuple(inverse)
        return Yardstick("balanced log-loss", task, weights, trivial=float(np.log(classes)))
    entropy = float(-np.sum(share * np.log(np.maximum(share, 1e-12))))
    return Yardstick("log-loss", task, trivial=entropy or 1.0)


def yardstick_of(case: Case, plan: Plan) -> Yardstick:
    """The score of a case, picked from the targets of all rows that the plan does not lock."""
    open_rows = others(len(case.data), plan.locked(case.data, case.task))
    return choose_yardstick(case.task, case.task.encode(case.data.y[open_rows]))
