"""Let the learning rate fall to 0 along half a cosine.

Long steps get the weights near the bottom of the valley quickly; short ones let them settle there, where steps of
constant length only swing to and fro. The rate is set once for each epoch and is 0 when the epochs are over. Three
times the rate is tried too: a rate that falls may begin higher.

Does not apply where a schedule or a callback changes the rate already, or to a single epoch.

References: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), equation 5.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Cosine, Recipe
from lossclinic.remedies.optimisation._pace import steady_rate

HIGHER = 3.0


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """From the rate as it is, then from three times the rate.

    Raises:
        NotApplicable: the rate is not constant.
    """
    rate = steady_rate(recipe)
    falling = replace(recipe, pace=Cosine())
    return (falling, falling.with_learning_rate(float(f"{HIGHER * rate:.2g}")))


REMEDY = Remedy(id="cosine-schedule", title="Let the learning rate fall along a cosine", apply=apply)
