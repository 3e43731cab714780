"""Look for local patterns before a picture or a sequence is flattened.

A convolution learns one small pattern for all positions, so a pattern that is seen in one place is known in all. A
dense layer has to learn it anew for each position. Pooling then keeps whether it was there rather than where.

Does not apply where a layer with weights works before the inputs are flattened, nor to fewer than four positions.

Reference: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FILTERS = (16, 32)
KERNEL = 3
FEWEST_POSITIONS = 4
INITIAL: Json = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}, "registered_name": None}


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Put one convolution and pooling, then two, in front of the layer that flattens.

    Raises:
        NotApplicable: nothing flattens pictures or sequences as they come in.
    """
    model, shape = recipe.model, architecture.input_shape(recipe.model)
    flatten = next((layer for layer in architecture.layers(model) if layer.class_name == "Flatten"), None)
    if flatten is None or shape is None or len(shape) not in (3, 4) or _worked_on(model, flatten):
        raise NotApplicable("no pictures or sequences are flattened before a layer has worked on them")
    sizes = [int(size or 0) for size in shape[1:-1]]
    if min(sizes) < FEWEST_POSITIONS:
        raise NotApplicable(f"{min(sizes)} positions are too few to look for patterns in")
    once = _convolved(model, flatten, FILTERS[:1], len(sizes))
    twice = _convolved(model, flatten, FILTERS, len(sizes)) if min(sizes) >= 2 * FEWEST_POSITIONS else once
    return tuple(replace(recipe, model=each, initial="fresh") for each in ([once] if twice is once else [once, twice]))


def _worked_on(model: Json, flatten: Layer) -> bool:
    """Whether a layer with weights, or one that reshapes, stands before the flattening one."""
    before = architecture.layers(model)
    known = ("InputLayer", "Rescaling", "Normalization")
    return any(layer.class_name not in known for layer in before[: before.index(flatten)])


def _convolved(model: Json, flatten: Layer, filters: tuple[int, ...], axes: int) -> Json:
    behind = flatten.inbound[0] if flatten.inbound else None
    for count in filters:
        name = architecture.free_name(model, "convolution")
        config = {"filters": count, "kernel_size": [KERNEL] * axes, "padding": "same", "activation": "relu"}
        layer = architecture.make_layer(f"Conv{axes}D", name, **config, kernel_initializer=INITIAL)
        model = architecture.insert_after(model, behind, layer)
        behind = architecture.free_name(model, "pooling")
        pool = architecture.make_layer(f"MaxPooling{axes}D", behind, pool_size=[2] * axes)
        model = architecture.insert_after(model, name, pool)
    return model


REMEDY = Remedy(id="convolution", title="Look for local patterns before flattening", apply=apply)
