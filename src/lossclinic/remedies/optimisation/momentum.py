"""Give SGD a momentum of 0.9.

Averaging over some ten past gradients cancels what swings to and fro across a narrow valley and adds up what points
along it. Steps become ten times as long in the end, so a tenth of the learning rate is tried first.

Does not apply to optimizers other than SGD, or where SGD has a momentum already.

Reference: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning"
(2013).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

MOMENTUM = 0.9


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Momentum 0.9 with the learning rate that keeps the step's final length, then with the rate as it is.

    Raises:
        NotApplicable: the optimizer is not SGD, or has momentum.
    """
    name, config = recipe.optimizer["class_name"], recipe.optimizer["config"]
    if name != "SGD":
        raise NotApplicable(f"momentum is an argument of SGD, and the optimizer is {name}")
    if config.get("momentum"):
        raise NotApplicable(f"SGD has a momentum of {config['momentum']} already")
    same_rate = replace(recipe, optimizer={**recipe.optimizer, "config": {**config, "momentum": MOMENTUM}})
    if recipe.learning_rate is None:
        return (same_rate,)
    return (same_rate.with_learning_rate(recipe.learning_rate * (1 - MOMENTUM)), same_rate)


REMEDY = Remedy(id="momentum", title="Give SGD momentum", apply=apply)
