"""skewed-inputs: columns or targets of which a few extreme values make up most of the spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, FRIEDMAN, LINE, MOONS, WAVE

CAUSE = "skewed-inputs"


def powers(rows: Callable[[int], Table], strength: float) -> Callable[[int], Table]:
    """The same rows, every column stretched to a log-normal one of this shape, then standardised."""

    def raised(seed: int) -> Table:
        from scipy.stats import norm, rankdata

        x, y = rows(seed)
        normal = norm.ppf((rankdata(x, axis=0) - 0.5) / len(x))
        return data.standard(np.exp(strength * normal)).astype(np.float32), y

    return raised


def slips(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same rows, a share of the cells with the decimal point in the wrong place, then standardised."""

    def slipped(seed: int) -> Table:
        x, y = rows(seed)
        wrong = np.random.default_rng([seed, 61]).random(x.shape) < share
        return data.standard(np.where(wrong, (x + 3) * 100, x + 3).astype(np.float64)).astype(np.float32), y

    return slipped


def prices(strength: float, unit: float) -> Callable[[int], Table]:
    """400 prices: eight columns each add their share to the logarithm, of this deviation in all."""

    def priced(seed: int) -> Table:
        rng = np.random.default_rng([seed, 64])
        x = rng.normal(0, 1, (400, 8))
        grade = data.standard(x @ np.linspace(1.0, 0.3, 8)) * strength + rng.normal(0, 0.1, 400)
        return data.shuffled(x, (unit * np.exp(grade)).astype(np.float32), seed)

    return priced


def linear_in_tail(seed: int) -> Table:
    """A line over a log-normal column: the targets depend on the extreme values as they are."""
    rng = np.random.default_rng([seed, 62])
    x = data.standard(np.exp(1.5 * rng.normal(0, 1, (400, 1))))
    return data.shuffled(x, (x[:, 0] + rng.normal(0, 0.3, 400)).astype(np.float32), seed)


def beside(seed: int) -> Table:
    """The half moons beside an exponential column that has nothing to do with them."""
    x, y = data.moons(seed)
    noise = data.standard(np.random.default_rng([seed, 63]).exponential(1, (len(x), 1)))
    return np.concatenate([x, noise.astype(np.float32)], axis=1), y


PLANTED = (
    *graded(
        "log-normal columns of shape {}",
        CAUSE,
        "friedman",
        lambda shape: replace(FRIEDMAN, rows=powers(data.friedman, shape)).make,
        (1.5, 2.0, 2.5),
        sound=lambda _: FRIEDMAN.make,
    ),
    *graded(
        "log-normal half moons of shape {}",
        CAUSE,
        "moons",
        lambda shape: replace(MOONS, rows=powers(data.moons, shape)).make,
        (1.5, 2.0, 2.5),
        sound=lambda _: MOONS.make,
    ),
    *graded(
        "tumours, {:.1%} of the decimal points slipped",
        CAUSE,
        "cancer",
        lambda share: replace(CANCER, rows=slips(data.cancer, share)).make,
        (0.003, 0.01, 0.03),
        sound=lambda _: CANCER.make,
    ),
    *graded(
        "prices, {} deviations of the logarithm",
        CAUSE,
        "prices",
        lambda strength: replace(FRIEDMAN, rows=prices(strength, 1.0)).make,
        (1.0, 1.5, 2.0),
        ("unscaled-targets",),
        # Squared errors of prices and of their logarithms do not compare, so what the skew costs is not told.
    ),
)
NEAR_MISSES = (
    Planted("a line over a log-normal column", CAUSE, "line", replace(LINE, rows=linear_in_tail).make),
    Planted("an exponential column beside", CAUSE, "moons", replace(MOONS, rows=beside).make),
    Planted("tumours as they are", CAUSE, "cancer", CANCER.make),
    Planted("a wave", CAUSE, "wave", WAVE.make),
)
