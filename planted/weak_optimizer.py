"""weak-optimizer: plain SGD on a valley so narrow that no single rate suits all directions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, IRIS, Training

CAUSE = "weak-optimizer"


def rare_words(seed: int) -> Table:
    """700 short texts as 60 yes/no columns; the rarer a word, the more it says about the class."""
    rng = np.random.default_rng([seed, 51])
    share = np.geomspace(0.5, 0.02, 60)
    x = (rng.random((700, 60)) < share).astype(np.float32)
    weight = rng.normal(0, 1, 60) * np.sqrt(0.5 / share)
    score = (x - share) @ weight
    return data.shuffled(x, (score > 0).astype(np.int64), seed)


def rare_counts(seed: int) -> Table:
    """The same kind of columns with a number to predict."""
    rng = np.random.default_rng([seed, 52])
    share = np.geomspace(0.5, 0.02, 40)
    x = (rng.random((600, 40)) < share).astype(np.float32)
    y = (x - share) @ (rng.normal(0, 1, 40) * np.sqrt(0.5 / share)) + rng.normal(0, 0.3, 600)
    return data.shuffled(x, data.standard(y).astype(np.float32), seed)


def powers(seed: int) -> Table:
    """x, x², … x⁸ of one number, standardised: columns that are nearly one another's copies."""
    rng = np.random.default_rng([seed, 53])
    z = rng.uniform(0, 1, 400)
    y = np.sin(9 * z) + rng.normal(0, 0.1, 400)
    return data.shuffled(data.standard(z[:, None] ** np.arange(1, 9)), data.standard(y).astype(np.float32), seed)


SLOW = ("learning-rate-too-low", "too-few-epochs")
WORDS = Training(rare_words, 1, "sigmoid", "binary_crossentropy", hidden=(12,), l2=1e-3, optimizer="SGD")
COUNTS = Training(rare_counts, 1, "linear", "mse", hidden=(12,), l2=1e-3, optimizer="SGD")
POWERS = Training(powers, 1, "linear", "mse", hidden=(16,), optimizer="SGD", rate=0.05)
PLANTED = (
    Planted("rare words, plain SGD", CAUSE, "words", WORDS.make, SLOW),
    Planted("rare counts, plain SGD", CAUSE, "counts", COUNTS.make, SLOW),
    Planted("powers of one number, plain SGD", CAUSE, "powers", POWERS.make, SLOW),
)
NEAR_MISSES = (
    Planted("iris, SGD at 0.2", CAUSE, "iris", replace(IRIS, optimizer="SGD", rate=0.2, epochs=120).make),
    Planted(
        "diabetes, SGD with momentum",
        CAUSE,
        "diabetes",
        replace(DIABETES, optimizer="SGD", settings={"momentum": 0.9}).make,
    ),
    Planted("tumours, SGD at 0.1", CAUSE, "cancer", replace(CANCER, optimizer="SGD", rate=0.1).make),
)
