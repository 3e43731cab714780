"""How a trained network stands up to inputs that are moved a little against it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.probe import Attack
from lossclinic.core.recipe import Recipe


@dataclass(frozen=True)
class Robustness:
    """Attacks on trainings of the first screening seeds.

    Attributes:
        asked: whether the user wants to know (`--robust`); nothing is trained for it otherwise.
        attacks: one for each seed; () where none could be made.
    """

    asked: bool = True
    attacks: tuple[Attack, ...] = ()


SEEDS = 2


def robustness(lab: Lab, recipe: Recipe, baseline: Baseline) -> Robustness:
    """Train and attack, on the first two screening seeds.

    Args:
        lab: trains and attacks.
        recipe: what is trained.
        baseline: its seeds.
    """
    found = [lab.measure("attack", recipe, seed) for seed in baseline.seeds[:SEEDS]]
    names = [f.name for f in fields(Attack)]
    return Robustness(attacks=tuple(Attack(**{name: values[name] for name in names}) for values in found if values))
