"""Look for weights whose neighbourhood has a low loss, not for a single low point.

For each update the weights first take a short step uphill, to where the loss in their neighbourhood is about highest;
the gradient there is the one that moves them. Narrow valleys are left, and wide ones tend to hold on other rows too.
The uphill step has length 0.05, then 0.2, over all weights together.

**Each update takes two gradients, so a training takes about twice as long**, and is compared with one of as many
updates. What it gains must be worth that: `more-epochs` spends the same time in another way.

Does not apply where updates look uphill already. Dropout leaves the same units out in both gradients; the loss that is
reported is that of the weights themselves.

Reference: Foret, Kleiner, Mobahi and Neyshabur, "Sharpness-aware minimization for efficiently improving generalization"
(2021); 0.05 is their default.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

LENGTHS = (0.05, 0.2)
"""The authors' default, and a longer one of those that they try (0.01 to 0.5)."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """A short, then a longer step uphill before each gradient.

    Raises:
        NotApplicable: there is one already.
    """
    if recipe.sharpness:
        raise NotApplicable("updates look uphill already")
    return tuple(replace(recipe, sharpness=length) for length in LENGTHS)


REMEDY = Remedy(
    id="sharpness-aware",
    title="Seek flat minima (SAM)",
    apply=apply,
    caveat="as many updates take twice as long as those that they are compared with",
)
