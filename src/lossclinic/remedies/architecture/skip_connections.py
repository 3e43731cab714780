"""Let the signal and the gradient bypass hidden layers.

A block then adds to what it receives instead of replacing it, so that the gradient reaches the first layers however
many there are. Two layers of one width make a block; where that is not enough, each layer does.

Does not apply without two hidden Dense layers of the width of the one before them, or where layers are added already.
A plain stack becomes a graph of the same layers.

Reference: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._chains import Block, dense_blocks
from lossclinic.remedies.architecture._widths import MERGES


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Bypass blocks of two hidden Dense layers, then every single one.

    Raises:
        NotApplicable: no layers of one width follow each other, or some are bypassed already.
    """
    if architecture.has(recipe.model, *MERGES, "Concatenate"):
        raise NotApplicable("the model has more than one path already")
    blocks = dense_blocks(recipe.model)
    models = [_bypassed(recipe.model, blocks, span) for span in (2, 1)]
    models = [model for model in models if model != recipe.model]
    if not models:
        raise NotApplicable("no hidden Dense layers of one width follow each other")
    return tuple(replace(recipe, model=model, initial="fresh") for model in models)


def _bypassed(model: Json, blocks: tuple[Block, ...], span: int) -> Json:
    at = 0
    while at + span < len(blocks):
        group = blocks[at : at + span + 1]
        if len({block.dense.units for block in group}) > 1:
            at += 1
            continue
        source = blocks[at].end
        merged = (layer.name for layer in architecture.readers(model, source) if layer.class_name == "Add")
        stem = architecture.SKIP + blocks[at].dense.name
        model = architecture.with_skip(model, next(merged, source), group[-1].end, stem)
        at += span
    return model


REMEDY = Remedy(id="skip-connections", title="Add skip connections", apply=apply)
