"""weak-optimizer: plain SGD on a valley so narrow that no single rate suits all directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, IRIS, WAVE, Training
from planted.tasks import SENTENCE, SENTENCES, WORDS

CAUSE = "weak-optimizer"


def running_totals(steps: int) -> Callable[[int], Table]:
    """600 walks as running totals, from which a weighted sum of the single steps is to be read."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 52])
        walks = rng.normal(0, 1, (600, steps))
        y = walks @ rng.normal(0, 1, steps) + rng.normal(0, 0.5, 600)
        return data.shuffled(data.standard(np.cumsum(walks, axis=1)), data.standard(y).astype(np.float32), seed)

    return rows


def texts(power: float) -> Callable[[int], Table]:
    """800 lists of 12 words of 60 as numbers.

    The k-th word is as frequent as k to the minus `power` (Zipf), and the rarer it is, the more it says.
    """

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 51])
        share = np.arange(1, WORDS + 1) ** -power
        share /= share.sum()
        words = rng.choice(WORDS, (800, SENTENCE), p=share)
        leaning = np.random.default_rng(7).normal(0, 1, WORDS) / np.sqrt(share * WORDS)
        score = leaning[words].sum(axis=1) + rng.normal(0, 0.7, 800)
        return words.astype(np.int32), (score > np.median(score)).astype(np.int64)

    return rows


def near_copies(own: float) -> Callable[[int], Table]:
    """500 rows of eight sensors that show one signal, and a little of their own, on which the target depends too."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 54])
        signal, apart = rng.normal(0, 1, (500, 1)), rng.normal(0, 1, (500, 8))
        y = signal[:, 0] + apart @ rng.normal(0, 1, 8) + rng.normal(0, 0.3, 500)
        return data.shuffled(data.standard(signal + own * apart), data.standard(y).astype(np.float32), seed)

    return rows


SLOW = ("learning-rate-too-low", "too-few-epochs")
"""What a better direction does at once, more or longer steps do in the end."""
TOTALS = Training(running_totals(16), 1, "linear", "mse", hidden=(12,), l2=0.01, optimizer="SGD", rate=0.03)
SINGLE = replace(TOTALS, hidden=(), l2=0, epochs=100)
COPIES = Training(near_copies(0.1), 1, "linear", "mse", hidden=(), optimizer="SGD", rate=0.1, epochs=200)
TEXTS = replace(SENTENCES, optimizer="SGD", rate=0.4, epochs=40)
PLANTED = (
    *graded(
        "running totals of {} steps, plain SGD",
        CAUSE,
        "walks",
        lambda steps: replace(SINGLE, rows=running_totals(steps)).make,
        (20, 24, 32),
        SLOW,
        sound=lambda steps: replace(SINGLE, rows=running_totals(steps), optimizer="Adam", rate=0.05).make,
    ),
    *graded(
        "words as rare as their number to the -{}, plain SGD",
        CAUSE,
        "words",
        lambda power: replace(TEXTS, rows=texts(power)).make,
        (1.2, 1.5, 2.0),
        SLOW,
        sound=lambda power: replace(SENTENCES, rows=texts(power), epochs=TEXTS.epochs).make,
    ),
    *graded(
        "near copies {} apart, plain SGD",
        CAUSE,
        "near copies",
        lambda own: replace(COPIES, rows=near_copies(own)).make,
        (0.08, 0.07, 0.05),
        SLOW,
        sound=lambda own: replace(COPIES, rows=near_copies(own), optimizer="Adam", rate=0.3).make,
    ),
    *graded(
        "a wave through tanhs, plain SGD at {}",
        CAUSE,
        "wave",
        lambda rate: replace(WAVE, activation="tanh", optimizer="SGD", rate=rate).make,
        (0.1, 0.05, 0.03),
        SLOW,
        sound=lambda _: replace(WAVE, activation="tanh").make,
    ),
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
