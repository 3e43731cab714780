"""How a trained network stands up to inputs that are moved a little against it."""

from __future__ import annotations

from dataclasses import dataclass

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.probe import Attack
from lossclinic.core.recipe import Recipe
from lossclinic.core.threat import Threat


@dataclass(frozen=True)
class Robustness:
    """Attacks on trainings of the first screening seeds.

    Attributes:
        threat: how far inputs may be moved (`--robust`); None: the user does not ask, and nothing is trained for it.
        attacks: one for each seed; () where none could be made.
    """

    threat: Threat | None = None
    attacks: tuple[Attack, ...] = ()


SEEDS = 2


def robustness(lab: Lab, recipe: Recipe, baseline: Baseline, threat: Threat | None) -> Robustness:
    """Train and attack, on the first two screening seeds.

    Args:
        lab: trains and attacks.
        recipe: what is trained.
        baseline: its seeds.
        threat: how far inputs may be moved; None: nothing is attacked.
    """
    if threat is None:
        return Robustness()
    found = [lab.measure(threat, recipe, seed) for seed in baseline.seeds[:SEEDS]]
    return Robustness(threat, tuple(Attack.from_plain(values) for values in found if values))
