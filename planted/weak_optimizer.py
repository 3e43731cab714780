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


def running_totals(seed: int) -> Table:
    """600 walks of 16 steps as running totals, from which a weighted sum of the single steps is to be read."""
    rng = np.random.default_rng([seed, 52])
    steps = rng.normal(0, 1, (600, 16))
    y = steps @ rng.normal(0, 1, 16) + rng.normal(0, 0.5, 600)
    return data.shuffled(data.standard(np.cumsum(steps, axis=1)), data.standard(y).astype(np.float32), seed)


def powers(seed: int) -> Table:
    """x, x², … x⁸ of one number, standardised: columns that are nearly one another's copies."""
    rng = np.random.default_rng([seed, 53])
    z = rng.uniform(0, 1, 400)
    y = np.sin(9 * z) + rng.normal(0, 0.1, 400)
    return data.shuffled(data.standard(z[:, None] ** np.arange(1, 9)), data.standard(y).astype(np.float32), seed)


SLOW = ("learning-rate-too-low", "too-few-epochs")
WORDS = Training(rare_words, 1, "sigmoid", "binary_crossentropy", hidden=(12,), l2=1e-3, optimizer="SGD")
TOTALS = Training(running_totals, 1, "linear", "mse", hidden=(12,), l2=0.01, optimizer="SGD", rate=0.03)
POWERS = Training(powers, 1, "linear", "mse", hidden=(16,), optimizer="SGD", rate=0.05)
PLANTED = (
    Planted("rare words, plain SGD", CAUSE, "words", WORDS.make, SLOW),
    Planted("running totals, plain SGD", CAUSE, "walks", TOTALS.make, SLOW),
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
