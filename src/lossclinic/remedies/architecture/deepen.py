"""Put one or two more hidden layers in front of the output layer.

Each non-linear layer lets the network combine what the one before has found; a model without hidden layers can only
draw a straight line. The new layers are like the last hidden one (32 units of ReLU where there is none).

Does not apply to outputs that are no Dense layer, or to models whose layers cannot be rewritten.

Reference: Telgarsky, "Benefits of depth in neural networks" (2016).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FIRST_UNITS = 32
REPEATABLE = {"relu", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "tanh", "sigmoid", "softplus", "softsign"}


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Insert one, then two hidden Dense layers.

    Raises:
        NotApplicable: the output is no Dense layer fed by one other layer.
    """
    once = deepened(recipe.model)
    return tuple(replace(recipe, model=model, initial="fresh") for model in (once, deepened(once)))


def deepened(model: Json) -> Json:
    """The model with one more hidden layer in front of its output.

    Raises:
        NotApplicable: the output is no Dense layer fed by one other layer.
    """
    output = architecture.output_layer(model)
    if output.class_name != "Dense" or len(output.inbound) > 1:
        raise NotApplicable(f"the output layer is a {output.class_name} that another Dense layer cannot simply feed")
    hidden = architecture.hidden_layers(model)
    name = architecture.free_name(model, "hidden")
    if hidden and hidden[-1].class_name == "Dense":
        last = hidden[-1]
        at = architecture.chain_end(model, last.name, lambda layer: layer.only_activates)
        config = {**last.config, "name": name, "activation": _activation(model)}
        return architecture.insert_after(model, at, architecture.make_layer("Dense", **config))
    units = (hidden[-1].units if hidden else None) or FIRST_UNITS
    new = architecture.make_layer("Dense", name, units=units, activation="relu")
    return architecture.insert_after(model, _only_source(model, output), new)


def _activation(model: Json) -> str:
    """What the last hidden layer applies, where that can be repeated."""
    last = architecture.hidden_activations(model)[-1]
    return last if last in REPEATABLE else "relu"


def _only_source(model: Json, output: Layer) -> str | None:
    """The layer that feeds the output; None where that is the input itself."""
    if not output.inbound:
        return None
    (source,) = output.inbound
    if len(architecture.readers(model, source)) > 1:
        raise NotApplicable(f"what feeds the output, '{source}', feeds other layers too")
    return source


REMEDY = Remedy(id="deepen", title="Add hidden layers", apply=apply)
