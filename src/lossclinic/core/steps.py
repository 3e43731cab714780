"""Preparations of the inputs: what they are and in which order they make sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class OneHot:
    """A preparation of the inputs: columns that hold codes become one 0/1 column for each code, behind the others.

    A value that is no known code gives zeros.

    Attributes:
        codes: (column number, its codes in ascending order) of each column to encode, in order of the columns.
    """

    codes: tuple[tuple[int, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Without:
    """A preparation of the inputs: columns set to 0, whatever they hold, so that nothing can be learned from them.

    Attributes:
        columns: their numbers, ascending.
    """

    columns: tuple[int, ...]


@dataclass(frozen=True)
class Products:
    """A preparation of the inputs: products of pairs of standardised columns, as new columns behind the others.

    Attributes:
        count: how many; the pairs are chosen on training rows and their targets (`core.interactions`).
    """

    count: int


InputStep = Literal["impute", "drop-constant", "clip", "log", "standardise"] | OneHot | Without | Products
"""A preparation of the inputs, fitted on training rows only.

`impute`: replace non-finite values by the column's median. `drop-constant`: set columns to 0 that hold one value, or
the same values as a column before them. `clip`: move values that are far out to the fence (`core.tails`). `log`: in
columns with a long tail, the logarithm of 1 plus the distance from the median in median distances, with its sign.
`standardise`: subtract the column's mean, divide by its standard deviation (images: one mean and deviation for each
channel)."""
STEP_ORDER = ("without", "impute", "drop-constant", "clip", "log", "products", "one-hot", "standardise")


def step_name(step: InputStep) -> str:
    """What a step is called, whatever columns it works on."""
    if isinstance(step, str):
        return step
    names: dict[type, str] = {OneHot: "one-hot", Without: "without", Products: "products"}
    return names[type(step)]


def ordered(*steps: InputStep) -> tuple[InputStep, ...]:
    """Steps in the order in which they make sense: what must go, gaps, shapes of the tails, codes, scales."""
    return tuple(sorted(steps, key=lambda step: STEP_ORDER.index(step_name(step))))
