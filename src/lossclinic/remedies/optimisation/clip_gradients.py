"""Limit the length of the gradient.

Where the loss has cliffs, one batch in a thousand has a gradient that is larger than all others together, and the step
along it undoes what the others did, or makes the loss no number. Clipping keeps the direction and cuts the length, for
each weight array on its own (Keras' `clipnorm`).

Does not apply where the optimizer clips gradients already.

Reference: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013), section 3.2;
a length of about 1 is common there.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
LENGTHS = (1.0, 0.1)


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """A length of 1 at most, then of 0.1.

    Raises:
        NotApplicable: the optimizer clips gradients already.
    """
    config = recipe.optimizer["config"]
    for name in CLIPS:
        if config.get(name):
            raise NotApplicable(f"the optimizer clips gradients already ({name} {config[name]:g})")
    return tuple(
        replace(recipe, optimizer={**recipe.optimizer, "config": {**config, "clipnorm": length}}) for length in LENGTHS
    )


REMEDY = Remedy(id="clip-gradients", title="Clip the gradients", apply=apply)
