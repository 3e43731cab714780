"""What a planted case is: a training whose fault is known because it was put there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Material:
    """Everything a fit needs.

    Attributes:
        model: a compiled Keras model with fresh weights.
        x: inputs of the rows that the fit is given, shape (n, columns), float32.
        y: their targets, shape (n,) or (n, outputs).
        fit: keyword arguments of `model.fit`.
    """

    model: Any
    x: Array
    y: Array
    fit: dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """One training whose right answer is known.

    Attributes:
        name: short name for people; one of a kind within its cause.
        cause: id of the cause that was planted; for a near miss, of the cause that it only looks like.
        data: name of the data set.
        make: seed → the training; the seed decides the order of the rows and the fresh weights.
        also: ids of causes that name the same fault from another side (a rate too low for the epochs given is
            also too few epochs for that rate). Naming them is neither a hit nor a false alarm.
    """

    name: str
    cause: str
    data: str
    make: Callable[[int], Material]
    also: tuple[str, ...] = ()
