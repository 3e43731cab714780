"""Start recurrent kernels from an orthogonal matrix.

An orthogonal matrix keeps the length of what it multiplies, so neither the state of a recurrent layer nor the gradient
on its way back grows or shrinks with the number of steps. It is Keras' default, so this undoes a start that multiplies
both by more than 1, or less, at every step.

Does not apply where no layer is recurrent, or all of them start from an orthogonal matrix already.

References: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
networks" (2014). Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units"
(2015).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.initialisation._initialisers import class_of, initialiser

KEY = "recurrent_initializer"
KEEP_LENGTHS = frozenset({"Orthogonal", "OrthogonalInitializer", "Identity", "IdentityInitializer"})


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Set `Orthogonal` on all recurrent kernels.

    Raises:
        NotApplicable: there is none, or they start so already.
    """
    model = recipe.model
    for layer in architecture.layers(model):
        if class_of(layer, KEY) and not (class_of(layer, KEY) in KEEP_LENGTHS and _gain(layer) == 1):
            model = architecture.with_config(model, layer.name, **{KEY: initialiser("Orthogonal")})
    if model == recipe.model:
        raise NotApplicable("no recurrent kernel starts from anything but an orthogonal matrix")
    return (replace(recipe, model=model, initial="fresh"),)


def _gain(layer: architecture.Layer) -> float:
    config: Mapping[str, Any] = {} if isinstance(layer.config[KEY], str) else layer.config[KEY]["config"]
    return float(config.get("gain", 1.0))


REMEDY = Remedy(id="orthogonal-initialisation", title="Start recurrent kernels from an orthogonal matrix", apply=apply)
