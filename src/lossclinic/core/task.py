"""What the targets ask for: numbers, one class of several, or several yes/no answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.shaped import primary_of

Array = np.ndarray[Any, Any]
Kind = Literal["regression", "binary", "multiclass", "multilabel"]
MAX_CLASSES = 1000


@dataclass(frozen=True)
class Task:
    """The task behind the targets, whatever loss the script chose.

    Attributes:
        kind: what is to be predicted.
        outputs: numbers (regression), classes (binary: 2, multiclass: K) or labels (multilabel) to predict.
        classes: the target values of the classes, in order; () for regression and multilabel.
        one_hot: whether the script gives classes as one-hot rows.
        masks: whether the labels are places: yes or no for each pixel of a picture or each step of a series.
    """

    kind: Kind
    outputs: int
    classes: tuple[float, ...] = ()
    one_hot: bool = False
    masks: bool = False

    @property
    def is_classes(self) -> bool:
        """Whether exactly one class is right for each row."""
        return self.kind in ("binary", "multiclass")

    def encode(self, y: Array) -> Array:
        """Targets in one canonical form.

        Args:
            y: targets as the script gives them, shape (n,) or (n, d).

        Returns:
            Class indices (n,) int64 for classes; float64 (n, outputs) otherwise. A class that is not
            in `classes` becomes the nearest one.
        """
        if not self.is_classes:
            return np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        if self.one_hot:
            return np.argmax(np.asarray(y).reshape(len(y), -1), axis=1)
        flat = np.asarray(y, dtype=np.float64).reshape(len(y))
        classes = np.asarray(self.classes)
        # A search, not a table of rows by classes, which millions of rows would not fit into.
        nearest = np.searchsorted((classes[1:] + classes[:-1]) / 2, flat)
        return np.where(np.isnan(flat), 0, nearest)


def infer_task(y: Array, model: Json, loss: Json) -> Task:
    """Work out the task from the targets first, the model's output and loss second.

    The targets decide wherever they can: a script whose fault is its loss or its output must still be
    recognised. Whole numbers with few values are classes unless both the loss and a one-unit linear
    output treat them as numbers.

    Args:
        y: targets as the script gives them, shape (n,) or (n, …).
        model: the model as plain data.
        loss: the loss as plain data.
    """
    y = np.asarray(y)
    flat = y.reshape(len(y), -1)
    finite = flat[np.isfinite(flat).all(axis=1)] if flat.dtype.kind == "f" else flat
    width = flat.shape[1]
    units = architecture.output_layer(model).units or width
    if width > 1:
        return _infer_wide(finite, width, masks=y.ndim > 2)
    values = np.unique(finite)
    whole = len(values) > 0 and bool(np.all(values == np.round(values)))
    name = str(primary_of(loss).get("class_name", "")).lower()
    says_classes = "crossentropy" in name or "hinge" in name or "focal" in name
    two = len(values) == 2 and says_classes
    if len(values) <= 2 and (set(values.tolist()) <= {0, 1, -1, 2} or two) and whole:
        classes = tuple(float(v) for v in values)
        return Task("binary", 2, classes if len(classes) == 2 else (0.0, 1.0))
    counted = whole and len(values) <= min(MAX_CLASSES, max(2, len(finite) // 4))
    fits_output = units > 1 and len(values) <= units + 1
    if counted and (says_classes or fits_output):
        return Task("multiclass", len(values), tuple(float(v) for v in values))
    return Task("regression", 1)


def _infer_wide(y: Array, width: int, masks: bool) -> Task:
    zero_one = bool(np.all((y == 0) | (y == 1)))
    if zero_one and len(y) and bool(np.all(y.sum(axis=1) == 1)):
        kind: Kind = "binary" if width == 2 else "multiclass"
        return Task(kind, width, tuple(float(k) for k in range(width)), one_hot=True)
    if zero_one and len(y):
        return Task("multilabel", width, masks=masks)
    return Task("regression", width)
