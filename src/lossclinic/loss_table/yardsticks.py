"""The yardsticks of a task: scikit-learn's metrics, on predictions in the target's own units."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lossclinic.core.task import Task
from lossclinic.core.trial import Answers
from lossclinic.core.yardstick import FLOOR

Array = np.ndarray[Any, Any]
Direction = Literal["higher", "lower"]
DECIDED = 0.5
"""The probability above which a row counts as found."""


@dataclass(frozen=True)
class Measure:
    """One yardstick.

    Attributes:
        better: which way.
        of: (target, prediction) → its value; both as in `core.trial.Answers`.
    """

    better: Direction
    of: Callable[[Array, Array], float]

    def value(self, answers: Answers) -> float:
        """Its value; NaN where these rows do not have it, such as average precision where a class is missing."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return float(self.of(answers.target, answers.prediction))
            except ValueError:
                return float("nan")


def measures_of(task: Task) -> Mapping[str, Measure]:
    """The yardsticks that a task has, by name.

    For two classes precision, recall, F1 and average precision are those of the second class; for several classes and
    labels their mean over classes (macro). For masks they count places, of all pictures together; Dice and IoU are
    means over pictures.
    """
    if task.kind == "regression":
        return _for_numbers()
    if task.masks:
        return {**_for_labels("binary", _places), **_for_masks()}
    if task.kind == "multilabel":
        return _for_labels("macro", lambda values: values)
    return _for_classes("binary" if task.kind == "binary" else "macro", len(task.classes))


def _for_numbers() -> Mapping[str, Measure]:
    from sklearn import metrics

    return {
        "MSE": Measure("lower", metrics.mean_squared_error),
        "MAE": Measure("lower", metrics.mean_absolute_error),
        "median error": Measure("lower", lambda y, p: float(np.median(np.abs(y - p)))),
    }


def _for_classes(average: str, count: int) -> Mapping[str, Measure]:
    from sklearn import metrics

    classes = np.arange(count)

    def decided(metric: Callable[..., Any], **settings: Any) -> Callable[[Array, Array], float]:
        return lambda y, p: metric(y, np.argmax(p, axis=1), **settings)

    def one_hot(y: Array) -> Array:
        return (y[:, None] == classes[None, :]).astype(np.float64)

    def average_precision(y: Array, p: Array) -> float:
        if average == "binary":
            return metrics.average_precision_score(y == 1, p[:, 1])
        return metrics.average_precision_score(one_hot(y), p, average="macro")

    # The mean square of the probabilities' errors: for two classes over one of them, as scikit-learn has it.
    halves = 2 if average == "binary" else 1
    with_average: dict[str, Any] = {"average": average, "zero_division": 0}
    return {
        "log-loss": Measure("lower", lambda y, p: _log_loss(one_hot(y), p)),
        "Brier score": Measure("lower", lambda y, p: np.mean(np.sum((one_hot(y) - p) ** 2, axis=1)) / halves),
        "accuracy": Measure("higher", decided(metrics.accuracy_score)),
        "balanced accuracy": Measure("higher", decided(metrics.balanced_accuracy_score)),
        "precision": Measure("higher", decided(metrics.precision_score, **with_average)),
        "recall": Measure("higher", decided(metrics.recall_score, **with_average)),
        "F1": Measure("higher", decided(metrics.f1_score, **with_average)),
        "average precision": Measure("higher", average_precision),
    }


def _log_loss(one_hot: Array, p: Array) -> float:
    p = np.clip(p, FLOOR, 1.0)
    return float(-np.mean(np.sum(one_hot * np.log(p), axis=1)))


def _places(values: Array) -> Array:
    return values.reshape(-1)


def _for_labels(average: str, shaped: Callable[[Array], Array]) -> Mapping[str, Measure]:
    """Yardsticks of yes/no labels, shape (n, labels), brought into the shape that scikit-learn takes them in."""
    from sklearn import metrics

    def decided(metric: Callable[..., Any], **settings: Any) -> Callable[[Array, Array], float]:
        return lambda y, p: metric(shaped(y) > DECIDED, shaped(p) > DECIDED, **settings)

    def log_loss(y: Array, p: Array) -> float:
        p = np.clip(p, FLOOR, 1 - FLOOR)
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))

    with_average: dict[str, Any] = {"average": average, "zero_division": 0}
    of_labels = metrics.average_precision_score
    return {
        "log-loss": Measure("lower", log_loss),
        "Brier score": Measure("lower", lambda y, p: float(np.mean((y - p) ** 2))),
        "accuracy": Measure("higher", lambda y, p: np.mean((y > DECIDED) == (p > DECIDED))),
        "precision": Measure("higher", decided(metrics.precision_score, **with_average)),
        "recall": Measure("higher", decided(metrics.recall_score, **with_average)),
        "F1": Measure("higher", decided(metrics.f1_score, **with_average)),
        "average precision": Measure("higher", lambda y, p: of_labels(shaped(y) > DECIDED, shaped(p), average="macro")),
    }


def _for_masks() -> Mapping[str, Measure]:
    from sklearn import metrics

    def each(metric: Callable[..., Any]) -> Callable[[Array, Array], float]:
        # Two empty masks agree.
        return lambda y, p: metric(y > DECIDED, p > DECIDED, average="samples", zero_division=1.0)

    return {"Dice": Measure("higher", each(metrics.f1_score)), "IoU": Measure("higher", each(metrics.jaccard_score))}
