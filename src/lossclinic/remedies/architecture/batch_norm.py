"""Normalise the outputs of hidden layers over each batch.

Batch normalisation brings every unit's outputs to mean 0 and deviation 1 before a learned scale and shift. The loss
surface becomes smoother, larger learning rates work, and the start matters less. It stands behind the activation,
where it needs no change of the layer before it.

Does not apply without hidden Dense or convolution layers, where they are normalised already, or to batches of fewer
than 8 rows, whose means are too noisy.

Reference: Ioffe and Szegedy, "Batch normalization" (2015); Santurkar, Tsipras, Ilyas and Madry, "How does batch
normalization help optimization?" (2018); Wu and He, "Group normalization" (2018) on small batches.
"""

from __future__ import annotations

import math
from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import NORMALISATION_LAYERS
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import is_dense_or_convolution

SMALLEST_BATCH = 8
KERAS_MOMENTUM = 0.99
SHORT_MOMENTUM = 0.9
FEW_UPDATES = 1000
"""Keras' momentum of 0.99 needs some 500 updates until the averages used for prediction forget their start."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Put batch normalisation behind every hidden layer that has none.

    Raises:
        NotApplicable: no such layer, or batches are too small.
    """
    if recipe.batch_size < SMALLEST_BATCH:
        raise NotApplicable(f"batches of {recipe.batch_size} rows are too small to average over")
    updates = recipe.epochs * math.ceil(case.data.n_train / recipe.batch_size)
    momentum = SHORT_MOMENTUM if updates < FEW_UPDATES else KERAS_MOMENTUM
    model = recipe.model
    for layer in architecture.hidden_layers(model):
        at = architecture.chain_end(model, layer.name, lambda found: found.only_activates)
        normalised = any(found.class_name in NORMALISATION_LAYERS for found in architecture.readers(model, at))
        between = any(found.class_name in NORMALISATION_LAYERS for found in architecture.readers(model, layer.name))
        if is_dense_or_convolution(layer) and not normalised and not between:
            name = architecture.free_name(model, "batch_normalization")
            new = architecture.make_layer("BatchNormalization", name, momentum=momentum)
            model = architecture.insert_after(model, at, new)
    if model == recipe.model:
        raise NotApplicable("there is no hidden layer without normalisation")
    return (replace(recipe, model=model, initial="fresh"),)


REMEDY = Remedy(id="batch-norm", title="Add batch normalisation", apply=apply)
