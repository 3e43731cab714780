"""too-little-capacity: so few units that even the training rows cannot be fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planted.case import Planted, graded
from planted.healthy import DIGITS, FRIEDMAN, IRIS, LINE, WAVE, XOR, Training
from planted.tasks import DIGIT_PICTURES, TWO_NUMBERS, dense

CAUSE = "too-little-capacity"


def filtered(filters: int) -> Any:
    """A convolution of so many filters, pooling, then classes: the input tensor → the model."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        found = [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
        return Sequential([inputs, *found, layers.Dense(10, activation="softmax")])

    return build


def narrow(name: str, data: str, training: Training, units: tuple[int, int, int]) -> tuple[Planted, ...]:
    """The training with one hidden layer of few units instead of its own."""
    return graded(
        name, CAUSE, data, lambda few: replace(training, hidden=(few,)).make, units, sound=lambda _: training.make
    )


PLANTED = (
    *narrow("digits through {} units", "digits", DIGITS, (5, 4, 3)),
    *narrow("Friedman through {} units", "friedman", FRIEDMAN, (3, 2, 1)),
    *graded(
        "two numbers through {} units",
        CAUSE,
        "two numbers",
        lambda units: replace(TWO_NUMBERS, build=dense(units, 2, "linear"), rate=0.03).make,
        (4, 3, 2),
        sound=lambda _: replace(TWO_NUMBERS, rate=0.03).make,
    ),
    *narrow("a wave through {} units", "wave", WAVE, (3, 2, 1)),
    *graded(
        "digit pictures through {} filters",
        CAUSE,
        "digit pictures",
        lambda filters: replace(DIGIT_PICTURES, build=filtered(filters)).make,
        (3, 2, 1),
        # As many filters as the healthy training has.
        sound=lambda _: replace(DIGIT_PICTURES, build=filtered(12)).make,
    ),
)
NEAR_MISSES = (
    Planted("iris through four units", CAUSE, "iris", replace(IRIS, hidden=(4,), activation="tanh", rate=0.03).make),
    Planted("one neuron for a line", CAUSE, "line", LINE.make),
    Planted(
        "opposite corners through eight units",
        CAUSE,
        "xor",
        replace(XOR, hidden=(8,), activation="tanh", rate=0.03).make,
    ),
)
