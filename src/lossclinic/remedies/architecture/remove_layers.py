"""Take hidden layers out of a deep stack.

Every layer that the gradient has to pass changes its size and direction. Without skip connections or normalisation,
a stack of more than five to ten layers usually trains worse than a shorter one, on the training rows too.

Does not apply to fewer than three hidden Dense layers in a row.

Reference: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016), figure 1 (the deeper plain
network has the higher training error).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._chains import Block, dense_blocks

FEWEST = 3
LEFT = 2
"""With one hidden layer less it would be another kind of network."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Keep half of the hidden Dense layers, then two of them.

    Raises:
        NotApplicable: fewer than three follow each other.
    """
    blocks = dense_blocks(recipe.model)
    if len(blocks) < FEWEST:
        raise NotApplicable(f"there are only {len(blocks)} hidden Dense layers in a row")
    counts = dict.fromkeys((-(-len(blocks) // 2), LEFT))
    return tuple(replace(recipe, model=kept_blocks(recipe.model, blocks, count), initial="fresh") for count in counts)


def kept_blocks(model: Json, blocks: tuple[Block, ...], count: int) -> Json:
    """The model with that many of the blocks, spread over the whole depth, the first and the last among them."""
    kept = {round(at * (len(blocks) - 1) / (count - 1)) for at in range(count)}
    for at, block in enumerate(blocks):
        if at not in kept:
            for name in reversed(block.members):
                model = architecture.remove(model, name)
    return model


REMEDY = Remedy(id="remove-layers", title="Take hidden layers out", apply=apply)
