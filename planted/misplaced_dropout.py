"""misplaced-dropout: dropout behind the output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted.case import Material, Planted, graded
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, WAVE, WINE, Training, stacked

CAUSE = "misplaced-dropout"


def behind(rate: float) -> Callable[[], list[Any]]:
    """Layers behind the output: dropout."""

    def back() -> list[Any]:
        import keras

        return [keras.layers.Dropout(rate, name="last_dropout")]

    return back


def normalised(training: Training, rate: float) -> Callable[[int], Material]:
    """The training with batch normalisation and then dropout, which is the right order, behind every hidden layer."""

    def layers() -> list[Any]:
        from keras.layers import BatchNormalization, Dense, Dropout

        stack: list[Any] = []
        for units in training.hidden:
            stack += [Dense(units, activation="relu"), BatchNormalization(momentum=0.9), Dropout(rate)]
        return [*stack, Dense(training.outputs, activation=training.output)]

    return stacked(training, layers)


def answers(name: str, data: str, training: Training) -> tuple[Planted, ...]:
    """The training with dropout behind its output."""
    return graded(name, CAUSE, data, lambda rate: replace(training, back=behind(rate)).make, (0.15, 0.3, 0.5))


PLANTED = (
    *answers("digits with dropout of {} on the classes", "digits", DIGITS),
    *answers("Friedman with dropout of {} on the answer", "friedman", FRIEDMAN),
    *answers("a wave with dropout of {} on the answer", "wave", WAVE),
    *answers("tumours with dropout of {} on the answer", "cancer", CANCER),
)
NEAR_MISSES = (
    Planted("digits with dropout before the classes", CAUSE, "digits", replace(DIGITS, dropout=0.1).make),
    Planted("dropout behind normalisation", CAUSE, "moons", normalised(MOONS, 0.1)),
    Planted("wine with dropout of 0.2 inside", CAUSE, "wine", replace(WINE, dropout=0.2).make),
)
