"""too-many-epochs: the best weights were there early on, and were trained away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted import data
from planted.case import Planted, broken
from planted.data import Table
from planted.healthy import DIABETES, DIGITS, LINE, MOONS
from planted.tasks import SENTENCES, THEMES, sentences

CAUSE = "too-many-epochs"
GAP = ("overfitting",)


def noisy_moons(seed: int) -> Table:
    """450 points of two half moons that overlap."""
    from sklearn.datasets import make_moons

    x, y = make_moons(450, noise=0.4, random_state=seed)
    return data.shuffled(data.standard(x), y, seed)


def few_sentences(seed: int) -> Table:
    """300 of the sentences."""
    x, y = sentences(seed)
    return x[:300], y[:300]


unstopped = partial(broken, CAUSE, lambda epochs: {"epochs": epochs, "patience": None}, also=GAP)
"""The training for so many epochs, whatever the held-out loss says."""


PLANTED = (
    *unstopped(
        "overlapping moons for {} epochs",
        "noisy moons",
        replace(MOONS, rows=noisy_moons, hidden=(48, 48)),
        (60, 120, 300),
    ),
    *unstopped("themes for {} epochs", "themes", THEMES, (120, 200, 300)),
    *unstopped("diabetes for {} epochs", "diabetes", replace(DIABETES, hidden=(16, 16), l2=0), (120, 200, 300)),
    *unstopped("few sentences for {} epochs", "few sentences", replace(SENTENCES, rows=few_sentences), (60, 100, 200)),
)
NEAR_MISSES = (
    Planted("300 epochs of a line", CAUSE, "line", replace(LINE, epochs=300, patience=None).make),
    Planted(
        "digits for 150 epochs, best weights kept", CAUSE, "digits", replace(DIGITS, epochs=150, patience=150).make
    ),
    Planted(
        "diabetes for 150 epochs, penalised",
        CAUSE,
        "diabetes",
        replace(DIABETES, hidden=(6,), l2=0.05, epochs=150, rate=3e-3, patience=None).make,
    ),
)
