"""How far an attacker may move the inputs of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from lossclinic.core.errors import UsageError

Norm = Literal["inf", "2"]
NORMS: tuple[Norm, ...] = ("inf", "2")
SMALL = 0.1
"""Deviations of a column: about 8 of 255 grey values on photographs, a change that people do not see."""
AUTO = "auto"
EXPECTED = "a size above 0 in the units of the inputs, with or without a norm: 0.1, 0.1:inf or 0.1:2"


@dataclass(frozen=True)
class Threat:
    """All points that an attack may move a row to.

    Attributes:
        size: the greatest distance from the row as it is (eps), above 0.
        norm: how distance is measured: "inf", the largest move of any single input; "2", the Euclidean length of all
            moves together.
        relative: whether the size counts deviations of each column (one deviation for all places of a channel) rather
            than the units in which the model is fed.
    """

    size: float
    norm: Norm = "inf"
    relative: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.size < math.inf or self.norm not in NORMS:
            raise UsageError(f"--robust {self.size:g}:{self.norm}.", expected=EXPECTED)

    def times(self, factor: float) -> Threat:
        """The same with moves that are so many times as long."""
        return replace(self, size=self.size * factor)

    @property
    def words(self) -> str:
        """For people: "moves of at most 0.1 in each input"."""
        unit = " deviations" if self.relative else ""
        where = "each input" if self.norm == "inf" else "all inputs together (Euclidean length)"
        return f"moves of at most {self.size:g}{unit} in {where}"


@dataclass(frozen=True)
class Adversarial:
    """Training on rows that are moved against the network, each in every update anew.

    Attributes:
        threat: how far they are moved.
        steps: gradients that each move takes: 1 for the fast gradient sign method (FGSM), more for projected gradient
            descent (PGD).
    """

    threat: Threat
    steps: int = 1


def threat_of(value: Any) -> Threat | None:
    """What the user says about attacks.

    Args:
        value: a number (eps, in the units in which the model is fed), a text such as "0.1", "0.1:inf" or "0.1:2", True
            or "auto" (a tenth of each column's deviation), or a `Threat`; False or None for no attack.

    Raises:
        UsageError: it is none of these.
    """
    if value is None or value is False or isinstance(value, Threat):
        return value or None
    if value is True or value == AUTO:
        return Threat(SMALL, relative=True)
    size, _, norm = str(value).partition(":")
    try:
        number = float(size)
    except ValueError:
        number = math.nan
    norms: list[Norm] = [known for known in NORMS if known == (norm or "inf")]
    if not norms or not 0 < number < math.inf:
        raise UsageError(f"--robust {value} says no size of an attack.", expected=EXPECTED)
    return Threat(number, norms[0])
