"""unencoded-categories: numbers that only name categories, given to the network as magnitudes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, FRIEDMAN, WAVE, WINE, Training
from planted.tasks import TWO_NUMBERS, Shaped, two_numbers

CAUSE = "unencoded-categories"
MOST = 10
"""Codes in a column; more of them would be out of scale too, which is another fault."""
EFFECTS = np.array([0.3, -1.4, 1.1, -0.4, 1.6, -0.9, 0.8, -1.7, 1.2, -0.2, 1.5, -1.1])


def regions(kinds: int, columns: int, rows: int = 500) -> Callable[[int], Table]:
    """Numbers that depend on columns of region codes, in no order, and on two measurements."""

    def drawn(seed: int) -> Table:
        rng = np.random.default_rng([seed, 91])
        codes = rng.integers(0, kinds, (rows, columns))
        x = rng.normal(0, 1, (rows, 2))
        effects = np.stack([np.roll(EFFECTS, 3 * k)[codes[:, k]] for k in range(columns)], axis=1).sum(axis=1)
        y = effects + 0.6 * x[:, 0] + rng.normal(0, 0.3, rows)
        return data.shuffled(np.concatenate([x, codes], axis=1), data.standard(y).astype(np.float32), seed)

    return drawn


def bought(size: float) -> Callable[[int], Table]:
    """700 customers: whether one buys depends on the numbers of two shops, in no order, and on the age."""

    def drawn(seed: int) -> Table:
        rng = np.random.default_rng([seed, 92])
        shop = rng.integers(0, MOST, (700, 2))
        age = rng.normal(0, 1, (700, 1))
        wish = size * (EFFECTS[shop[:, 0]] + np.roll(EFFECTS, 5)[shop[:, 1]]) + age[:, 0]
        y = (wish + rng.logistic(0, 0.5, 700) > 0).astype(np.int64)
        return data.shuffled(np.concatenate([age, shop], axis=1), y, seed)

    return drawn


def hospitals(rows: Callable[[int], Table], size: float) -> Callable[[int], Table]:
    """The same rows, measured in ten hospitals whose results differ by so many deviations."""

    def measured(seed: int) -> Table:
        x, y = rows(seed)
        at = np.random.default_rng([seed, 93]).integers(0, MOST, len(x))
        offset = size * EFFECTS[at] / np.std(EFFECTS)
        y = data.standard(y + offset.reshape(-1, *[1] * (y.ndim - 1)))
        return np.concatenate([x, at[:, None].astype(np.float32)], axis=1), y.astype(np.float32)

    return measured


def grades(seed: int) -> Table:
    """Numbers that grow with grades from 0 to 6, and with two measurements."""
    rng = np.random.default_rng([seed, 94])
    grade, x = rng.integers(0, 7, (500, 3)), rng.normal(0, 1, (500, 2))
    y = grade @ [0.4, -0.3, 0.2] + x[:, 0] + rng.normal(0, 0.3, 500)
    return data.shuffled(np.concatenate([x, grade], axis=1), data.standard(y).astype(np.float32), seed)


def numbered(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows beside the number of a shop that has nothing to do with them."""

    def beside(seed: int) -> Table:
        x, y = rows(seed)
        code: Array = np.random.default_rng([seed, 95]).integers(0, 6, (len(x), 1))
        return np.concatenate([x, code.astype(np.float32)], axis=1), y

    return beside


def encoded(rows: Callable[[int], Table], columns: int) -> Callable[[int], Table]:
    """The same rows, each of the last so many columns as one column of 0 and 1 for each of its codes."""

    def spread(seed: int) -> Table:
        x, y = rows(seed)
        hot = [codes[:, None] == np.unique(codes)[None, :] for codes in x[:, -columns:].T]
        return np.concatenate([x[:, :-columns], *hot], axis=1).astype(np.float32), y

    return spread


def as_numbers(
    name: str,
    source: str,
    training: Training | Shaped,
    rows: Callable[[Any], Callable[[int], Table]],
    columns: int,
    strengths: tuple[float, float, float],
) -> tuple[Planted, ...]:
    """The training on rows whose last so many columns are codes, which were encoded before."""
    return graded(
        name,
        CAUSE,
        source,
        lambda strength: replace(training, rows=rows(strength)).make,
        strengths,
        sound=lambda strength: replace(training, rows=encoded(rows(strength), columns)).make,
    )


PLANTED = (
    *as_numbers(
        "two codes of {}",
        "regions",
        replace(WAVE, epochs=60, l2=0.01),
        lambda kinds: regions(kinds, 2),
        2,
        (5, 7, MOST),
    ),
    *as_numbers("customers of shops, {} times as different", "shops", CANCER, bought, 2, (1.0, 1.6, 2.5)),
    *as_numbers(
        "Friedman in ten hospitals, {} deviations apart",
        "friedman",
        FRIEDMAN,
        lambda size: hospitals(data.friedman, size),
        1,
        (0.5, 1.0, 2.0),
    ),
    *as_numbers(
        "two numbers in ten hospitals, {} deviations apart",
        "two numbers",
        TWO_NUMBERS,
        lambda size: hospitals(two_numbers, size),
        1,
        (0.5, 1.0, 2.0),
    ),
)
NEAR_MISSES = (
    Planted("grades", CAUSE, "grades", replace(FRIEDMAN, rows=grades).make),
    Planted("a shop's number beside wine", CAUSE, "wine", replace(WINE, rows=numbered(data.wine)).make),
    Planted("a number beside Friedman's rows", CAUSE, "friedman", replace(FRIEDMAN, rows=numbered(data.friedman)).make),
)
