"""Small data sets in a form fit for a network; every function takes a seed and returns (x, y) in random row order.

Real data come with scikit-learn (iris, wine, breast cancer, diabetes, digits); the others are drawn by formula, so that
what can be learnt from them is known.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Table = tuple[Array, Array]


def shuffled(x: Array, y: Array, seed: int) -> Table:
    """The rows in random order, inputs as float32."""
    order = np.random.default_rng([seed, 1]).permutation(len(x))
    return np.asarray(x, np.float32)[order], np.asarray(y)[order]


def standard(values: Array) -> Array:
    """Columns with mean 0 and deviation 1; a constant column becomes 0."""
    deviation = np.std(values, axis=0)
    return (values - np.mean(values, axis=0)) / np.where(deviation > 0, deviation, 1)


def raw_iris(seed: int) -> Table:
    """150 flowers, 4 lengths in cm, 3 species."""
    from sklearn.datasets import load_iris

    return shuffled(*load_iris(return_X_y=True), seed)


def iris(seed: int) -> Table:
    """Iris with standardised columns."""
    x, y = raw_iris(seed)
    return standard(x), y


def raw_wine(seed: int) -> Table:
    """178 wines, 13 measurements from 0.1 to 1,700 in their own units, 3 growers."""
    from sklearn.datasets import load_wine

    return shuffled(*load_wine(return_X_y=True), seed)


def wine(seed: int) -> Table:
    """Wine with standardised columns."""
    x, y = raw_wine(seed)
    return standard(x), y


def raw_cancer(seed: int) -> Table:
    """569 tumours, 30 measurements from 0.01 to 4,000, malignant (0) or benign (1)."""
    from sklearn.datasets import load_breast_cancer

    return shuffled(*load_breast_cancer(return_X_y=True), seed)


def cancer(seed: int) -> Table:
    """Breast cancer with standardised columns."""
    x, y = raw_cancer(seed)
    return standard(x), y


def raw_diabetes(seed: int) -> Table:
    """442 patients, 10 standardised columns, progression after a year from 25 to 346."""
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    return shuffled(standard(x), y.astype(np.float32), seed)


def diabetes(seed: int) -> Table:
    """Diabetes with standardised targets."""
    x, y = raw_diabetes(seed)
    return x, standard(y)


def digits(seed: int) -> Table:
    """800 of the 8x8 digits, flat, grey values in [0, 1]."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x, y = shuffled(x / 16, y, seed)
    return x[:800], y[:800]


def rare_digit(seed: int) -> Table:
    """1,000 digits that are no 8 and 70 that are: 6.5 % positive."""
    from sklearn.datasets import load_digits

    x, y = shuffled(*load_digits(return_X_y=True), seed)
    rows = np.concatenate([np.flatnonzero(y != 8)[:1000], np.flatnonzero(y == 8)[:70]])
    return shuffled(x[rows] / 16, (y[rows] == 8).astype(np.int64), seed)


def rare_friedman(seed: int) -> Table:
    """1,000 rows of Friedman's inputs; 1 is the topmost sixteenth of his function's values, noise included."""
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(1000, n_features=10, noise=1.0, random_state=seed)
    return shuffled(standard(x), (y > np.quantile(y, 15 / 16)).astype(np.int64), seed)


def rare_cloud(seed: int) -> Table:
    """Two overlapping clouds of 680 and 34 points."""
    rng = np.random.default_rng([seed, 2])
    x = np.concatenate([rng.normal(0, 1, (680, 4)), rng.normal(1.1, 1, (34, 4))])
    return shuffled(x, np.repeat([0, 1], [680, 34]), seed)


def moons(seed: int) -> Table:
    """600 points of two interleaved half moons, a little noisy."""
    from sklearn.datasets import make_moons

    x, y = make_moons(600, noise=0.18, random_state=seed)
    return shuffled(standard(x), y, seed)


def xor(seed: int) -> Table:
    """500 points around four corners; opposite corners are of one class."""
    rng = np.random.default_rng([seed, 3])
    corner = rng.integers(0, 2, (500, 2))
    return shuffled(standard(corner + rng.normal(0, 0.18, (500, 2))), corner[:, 0] ^ corner[:, 1], seed)


def friedman(seed: int) -> Table:
    """500 rows of Friedman's first function (five columns matter, five do not), targets standardised."""
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(500, n_features=10, noise=1.0, random_state=seed)
    return shuffled(standard(x), standard(y).astype(np.float32), seed)


def wave(seed: int) -> Table:
    """400 points of two periods of a sine, a little noisy."""
    rng = np.random.default_rng([seed, 4])
    x = rng.uniform(-1, 1, (400, 1))
    y = np.sin(2 * np.pi * x[:, 0]) + rng.normal(0, 0.15, 400)
    return shuffled(standard(x), standard(y).astype(np.float32), seed)


def line(seed: int) -> Table:
    """300 points of a noisy line; four fifths of the variance are noise-free."""
    rng = np.random.default_rng([seed, 5])
    x = rng.normal(0, 1, (300, 1))
    return shuffled(x, (x[:, 0] + rng.normal(0, 0.5, 300)).astype(np.float32), seed)


def pictures(seed: int) -> Table:
    """The digits as pictures, shape (800, 8, 8, 1)."""
    x, y = digits(seed)
    return x.reshape(-1, 8, 8, 1), y


def waves(seed: int) -> Table:
    """500 sequences of 24 noisy values, a slow or a fast wave of any phase; which of the two is the class."""
    rng = np.random.default_rng([seed, 6])
    fast, phase = rng.integers(0, 2, 500), rng.uniform(0, 2 * np.pi, (500, 1))
    period = np.where(fast, 6.0, 8.0)[:, None]
    x = np.sin(2 * np.pi * np.arange(24) / period + phase) + rng.normal(0, 0.3, (500, 24))
    return shuffled(x[:, :, None], fast, seed)


def bumps(seed: int) -> Table:
    """500 noisy sequences of 32 values with none to four narrow bumps at any place; how many, standardised.

    A slow drift of the level hides their number from the mean.
    """
    rng = np.random.default_rng([seed, 7])
    count = rng.integers(0, 5, 500)
    x = rng.normal(0, 0.2, (500, 32)) + rng.normal(0, 0.4, (500, 1))
    for row, times in enumerate(count):
        for at in rng.choice(8, times, replace=False) * 4 + rng.integers(0, 2):
            x[row, at : at + 3] += (0.8, 1.6, 0.8)
    return shuffled(standard(x)[:, :, None], standard(count).astype(np.float32), seed)
