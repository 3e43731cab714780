"""vanishing-gradients: stacks of activations that pass a constant on and halve what comes back."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS

CAUSE = "vanishing-gradients"
DEEP = (16,) * 8
SLOW = ("too-deep", "wrong-initialisation-scale", "too-few-epochs", "learning-rate-too-low")
"""Longer or larger steps, or larger first weights, get through in the end as well."""
PLANTED = (
    Planted(
        "digits through eight softpluses",
        CAUSE,
        "digits",
        replace(DIGITS, hidden=DEEP, activation="softplus", l2=0, rate=1e-3, epochs=30).make,
        SLOW,
    ),
    Planted(
        "half moons through eight softpluses",
        CAUSE,
        "moons",
        replace(MOONS, hidden=DEEP, activation="softplus", rate=1e-3, epochs=30).make,
        SLOW,
    ),
    Planted(
        "Friedman through eight log-sigmoids",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, hidden=DEEP, activation="log_sigmoid", l2=0, rate=1e-3, epochs=40).make,
        SLOW,
    ),
    Planted(
        "tumours through eight softpluses",
        CAUSE,
        "cancer",
        replace(CANCER, hidden=DEEP, activation="softplus", l2=0, rate=1e-3, epochs=20).make,
        SLOW,
    ),
)
NEAR_MISSES = (
    Planted("iris through four swishes", CAUSE, "iris", replace(IRIS, hidden=(16,) * 4, activation="silu").make),
    Planted(
        "half moons through five sigmoids", CAUSE, "moons", replace(MOONS, hidden=(16,) * 5, activation="sigmoid").make
    ),
    Planted("digits through six ReLUs", CAUSE, "digits", replace(DIGITS, hidden=(24,) * 6, rate=3e-3).make),
)
