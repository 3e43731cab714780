"""What a planted case is: a training whose fault is known because it was put there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

Array = np.ndarray[Any, Any]
Strength = Literal["mild", "plain", "strong"]


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


Make = Callable[[int], Material]
"""Seed → a training; the seed decides the order of the rows and the fresh weights."""


@dataclass(frozen=True)
class Planted:
    """One training whose right answer is known.

    Attributes:
        name: short name for people; one of a kind within its cause.
        cause: id of the cause that was planted; for a near miss, of the cause that it only looks like.
        data: name of the data set.
        make: makes the training.
        also: ids of causes that name the same fault from another side (a rate too low for the epochs given is
            also too few epochs for that rate). Naming them is neither a hit nor a false alarm.
        strength: how much of the fault was planted; None for a near miss and for a fault that has no degrees.
        sound: makes the training before the fault was put there, with everything else as it is: the same rows and
            targets (in other units, at most), the same time. None where the fault is a fact to be seen rather than a
            loss to be lowered, so that what it costs does not matter.
    """

    name: str
    cause: str
    data: str
    make: Make
    also: tuple[str, ...] = ()
    strength: Strength | None = None
    sound: Make | None = None


def graded(
    name: str,
    cause: str,
    data: str,
    make: Callable[[Any], Make],
    strengths: Sequence[Any],
    also: tuple[str, ...] = (),
    sound: Callable[[Any], Make] | None = None,
) -> tuple[Planted, ...]:
    """One training with one fault, mild, plain and strong.

    Args:
        name: of the case, with `{}` where the strength goes.
        cause: as in `Planted`.
        data: as in `Planted`.
        make: strength → (seed → the training).
        strengths: three of them, from mild to strong. The mildest should still cost a tenth of the score, or be
            there to see where the fault is a fact.
        also: as in `Planted`.
        sound: strength → (seed → the training without the fault), as in `Planted`.

    Raises:
        ValueError: there are not three strengths.
    """
    return tuple(
        Planted(name.format(value), cause, data, make(value), also, strength, sound(value) if sound else None)
        for strength, value in zip(get_args(Strength), strengths, strict=True)
    )


def broken(
    cause: str,
    fault: Callable[[Any], Mapping[str, Any]],
    name: str,
    data: str,
    sound: Any,
    strengths: Sequence[Any],
    also: tuple[str, ...] = (),
) -> tuple[Planted, ...]:
    """A sound training with a few of its fields replaced, mild, plain and strong.

    Args:
        cause: as in `Planted`.
        fault: strength → the fields that make the fault.
        name: as in `graded`.
        data: as in `Planted`.
        sound: the training before the fault, a data class with `make`.
        strengths: as in `graded`.
        also: as in `Planted`.
    """
    return graded(
        name, cause, data, lambda s: replace(sound, **fault(s)).make, strengths, also, sound=lambda _: sound.make
    )
