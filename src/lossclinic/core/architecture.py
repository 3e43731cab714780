"""Read and rewrite a Keras model as plain data, without importing Keras.

A model here is what `keras.saving.serialize_keras_object(model)` gives: a dict with `class_name`
("Sequential" or "Functional") and a `config` that lists the layers. Every function returns a new
dict and leaves its argument alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.serialised import entries_of, name_of, redirect, rename_ends, sources_of, tensor_in, tensor_of

# Layers that only apply a function; they have no weights and keep the shape.
ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Softmax": "softmax",
    "PReLU": "prelu",
}
DEFAULT_ACTIVATION = {"LSTM": "tanh", "GRU": "tanh", "SimpleRNN": "tanh"}
NORMALISATION_LAYERS = {
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
    "RMSNormalization",
}


@dataclass(frozen=True)
class Layer:
    """One layer of a model: its name, class, arguments and the names of the layers that feed it."""

    name: str
    class_name: str
    config: Json
    inbound: tuple[str, ...] = ()

    @property
    def activation(self) -> str | None:
        """Name of the activation the layer applies ("linear" for none); None where it cannot apply one."""
        if self.class_name in ACTIVATION_LAYERS:
            return ACTIVATION_LAYERS[self.class_name]
        if "activation" not in self.config:
            return None
        value = self.config["activation"]
        if value is None:
            return "linear"
        if isinstance(value, dict):
            inner = cast("Json", value)
            settings, class_name = inner.get("config"), str(inner.get("class_name", "custom"))
            return ACTIVATION_LAYERS.get(class_name, str(settings if isinstance(settings, str) else class_name).lower())
        return str(value)

    @property
    def only_activates(self) -> bool:
        """Whether the layer is nothing but an activation (`Activation`, `ReLU`, `Softmax`, …)."""
        return self.class_name == "Activation" or self.class_name in ACTIVATION_LAYERS

    @property
    def units(self) -> int | None:
        """Width of the layer (Dense and recurrent units, convolution filters); None where it has none."""
        value = self.config.get("units", self.config.get("filters"))
        return int(value) if value is not None else None


def make_layer(class_name: str, name: str, **config: Any) -> Json:
    """A built-in Keras layer as plain data, ready for `insert_after`."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
    }


def rewritable(model: Json) -> bool:
    """Whether layers can be added, removed or widened (not so for a `keras.Model` class of the script's own)."""
    return model["class_name"] in ("Sequential", "Functional", "Model")


def _copy_to_change(model: Json) -> Json:
    if not rewritable(model):
        raise NotApplicable(
            f"the model is a class of its own ({model['class_name']}), so its layers cannot be rewritten"
        )
    return copy.deepcopy(model)


def layers(model: Json) -> tuple[Layer, ...]:
    """The layers in the order of the model's config, input layers included."""
    sequential = model["class_name"] == "Sequential"
    result: list[Layer] = []
    for entry in entries_of(model):
        if sequential:
            inbound = (result[-1].name,) if result else ()
        else:
            inbound = tuple(sources_of(entry.get("inbound_nodes", []), []))
        result.append(Layer(name_of(entry), str(entry["class_name"]), cast("Json", entry["config"]), inbound))
    return tuple(result)


def weighted(model: Json) -> tuple[Layer, ...]:
    """The layers that compute with trained kernels (Dense, convolutions, recurrent, embeddings)."""
    return tuple(layer for layer in layers(model) if layer.units is not None or layer.class_name == "Embedding")


def output_layer(model: Json) -> Layer:
    """The last layer with units: the one whose width and activation the targets must match."""
    candidates = [layer for layer in layers(model) if layer.units is not None]
    return candidates[-1] if candidates else layers(model)[-1]


def output_activation(model: Json) -> str:
    """The activation applied last, whether inside the output layer or as a layer of its own."""
    tail = layers(model)
    at = tail.index(output_layer(model))
    for layer in reversed(tail[at:]):
        if layer.activation not in (None, "linear"):
            return str(layer.activation)
    return "linear"


def hidden_layers(model: Json) -> tuple[Layer, ...]:
    """The layers with units, without the output layer."""
    return tuple(layer for layer in layers(model) if layer.units is not None)[:-1]


def hidden_activations(model: Json) -> tuple[str, ...]:
    """The non-linearities between input and output layer, in order ("linear" where there is none)."""
    tail = layers(model)
    last = tail.index(output_layer(model))
    found: list[str] = []
    for layer in tail[:last]:
        if layer.units is not None:
            found.append(layer.activation or "linear")
        elif layer.activation not in (None, "linear") and found:
            found[-1] = str(layer.activation)
    return tuple(found)


def input_shape(model: Json) -> tuple[int | None, ...] | None:
    """Shape of one batch of inputs (first entry None), or None where the model was never built."""
    first = entries_of(model)[0]
    config = cast("Json", first["config"])
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape is None:
        build = cast("Json", model.get("build_config") or {})
        shape = model["config"].get("build_input_shape") or build.get("input_shape")
    return tuple(shape) if shape else None


def has(model: Json, *class_names: str) -> bool:
    """Whether any layer is of one of these classes."""
    return any(layer.class_name in class_names for layer in layers(model))


def readers(model: Json, name: str) -> tuple[Layer, ...]:
    """The layers that take the output of layer `name`."""
    return tuple(layer for layer in layers(model) if name in layer.inbound)


def chain_end(model: Json, name: str, passes: Callable[[Layer], bool]) -> str:
    """Follow the unbranched chain behind layer `name` while `passes` holds, and name the last layer of it.

    Args:
        model: the model as plain data.
        name: where the chain starts; the answer where the next layer does not pass or the graph branches.
        passes: asked of each following layer.
    """
    following = readers(model, name)
    while len(following) == 1 and passes(following[0]):
        name = following[0].name
        following = readers(model, name)
    return name


def free_name(model: Json, stem: str) -> str:
    """`stem`, or `stem_2`, `stem_3`, …: the first that no layer carries yet."""
    taken = {layer.name for layer in layers(model)}
    names = [stem, *(f"{stem}_{i}" for i in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def with_config(model: Json, name: str, **changes: Any) -> Json:
    """Change arguments of one layer."""
    result = _copy_to_change(model)
    for entry in entries_of(result):
        if name_of(entry) == name:
            entry["config"].update(copy.deepcopy(changes))
    if changes.keys() & {"units", "filters"}:
        _forget_shapes(result)
    return result


def _forget_shapes(model: Json) -> None:
    """Let Keras work out anew what each layer's input looks like (in place)."""
    for entry in entries_of(model):
        entry.pop("build_config", None)


def first_layers(model: Json) -> tuple[Layer, ...]:
    """The layers that read the model's input."""
    all_of = layers(model)
    starts = {layer.name for layer in all_of if layer.class_name == "InputLayer"}
    if not starts:
        return all_of[:1]
    return tuple(layer for layer in all_of if set(layer.inbound) & starts)


def with_input_width(model: Json, width: int) -> Json:
    """The model for rows of so many columns; the layers that read them must take any width.

    Raises:
        NotApplicable: the model's layers cannot be rewritten.
    """
    result = _copy_to_change(model)
    for entry in entries_of(result):
        if entry["class_name"] == "InputLayer":
            entry["config"] = {**entry["config"], "batch_shape": [None, width]}
    if input_shape(result) is not None and "build_input_shape" in result["config"]:
        result["config"]["build_input_shape"] = [None, width]
    if "build_config" in result:
        result["build_config"] = {"input_shape": [None, width]}
    _forget_shapes(result)
    return result


def _single(entry: Json) -> None:
    if len(entry.get("inbound_nodes", [])) > 1:
        raise NotApplicable(
            f"the layer '{name_of(entry)}' is used more than once, so nothing can be put behind it alone"
        )


def _input_layer(model: Json) -> Json:
    """The input layer that a stack without one has in truth."""
    shape = input_shape(model) or (None,)
    result = make_layer("InputLayer", free_name(model, "input"), batch_shape=list(shape))
    result["config"].pop("trainable")
    return result


def insert_after(model: Json, name: str | None, layer: Json) -> Json:
    """Put a one-input layer behind layer `name` (None: before the first computing layer).

    A layer that changes the width must suit every reader of `name`.

    Raises:
        NotApplicable: the model's layers cannot be rewritten, or layer `name` is used more than once.
    """
    result = _copy_to_change(model)
    entries = entries_of(result)
    names = [name_of(entry) for entry in entries]
    if name is None:
        inputs = [i for i, entry in enumerate(entries) if entry["class_name"] == "InputLayer"]
        if not inputs:
            entries.insert(0, _input_layer(model))
            at = 0
        else:
            at = inputs[-1]
        name = name_of(entries[at])
    else:
        at = names.index(name)
    _single(entries[at])
    new = copy.deepcopy(layer)
    if new["config"].keys() & {"units", "filters"}:
        _forget_shapes(result)
    if result["class_name"] != "Sequential":
        _wire(result, entries, at, name, new)
    entries.insert(at + 1, new)
    return result


def _wire(model: Json, entries: list[Json], at: int, name: str, new: Json) -> None:
    """Hang `new` behind layer `name` in a Functional graph and let its readers read `new`."""
    new_name = name_of(new)
    new["name"] = new_name
    tensor = tensor_in(entries, name) or tensor_of(name)
    for entry in entries:
        redirect(entry.get("inbound_nodes", []), name, new_name)
    for key in ("output_layers",):
        rename_ends(model["config"].get(key), name, new_name)
    new["inbound_nodes"] = [{"args": [copy.deepcopy(tensor)], "kwargs": {}}]
    redirect(new["inbound_nodes"], new_name, name)


def remove(model: Json, name: str) -> Json:
    """Take out a one-input layer; one that changes the width must be followed by layers that take any width."""
    result = _copy_to_change(model)
    entries = entries_of(result)
    at = [name_of(entry) for entry in entries].index(name)
    _single(entries[at])
    if entries[at]["config"].keys() & {"units", "filters"}:
        _forget_shapes(result)
    if result["class_name"] != "Sequential":
        source = sources_of(entries[at].get("inbound_nodes", []), [])[0]
        for entry in entries:
            redirect(entry.get("inbound_nodes", []), name, source)
        rename_ends(result["config"].get("output_layers"), name, source)
    del entries[at]
    return result


SKIP = "skip_from_"
"""Names of the layers that end a skip connection begin so; then comes the layer behind which it begins."""


def as_graph(model: Json) -> Json:
    """The same layers as a Functional graph, where a stack has no room for a second path."""
    if model["class_name"] != "Sequential":
        return _copy_to_change(model)
    stack = _copy_to_change(model)
    if entries_of(stack)[0]["class_name"] != "InputLayer":
        entries_of(stack).insert(0, _input_layer(stack))
    entries = entries_of(stack)
    for before, entry in zip([None, *entries], entries, strict=False):
        entry["name"] = name_of(entry)
        entry["inbound_nodes"] = [] if before is None else [{"args": [tensor_of(name_of(before))], "kwargs": {}}]
    ends = {"input_layers": [name_of(entries[0]), 0, 0], "output_layers": [name_of(entries[-1]), 0, 0]}
    config = {"name": stack["config"].get("name", "model"), "trainable": True, "layers": entries, **ends}
    module = "keras.src.models.functional"
    return {"module": module, "class_name": "Functional", "config": config, "registered_name": "Functional"}


def with_skip(model: Json, start: str, end: str, stem: str) -> Json:
    """Add the output of layer `start` to that of layer `end`, which has the same shape; a stack becomes a graph.

    Args:
        model: the model as plain data.
        start: where the signal branches off.
        end: behind which it comes back.
        stem: name of the new layer, as far as it is free.
    """
    graph = as_graph(model)
    name = free_name(graph, stem)
    result = insert_after(graph, end, make_layer("Add", name))
    entry = next(entry for entry in entries_of(result) if name_of(entry) == name)
    entry["inbound_nodes"] = [{"args": [[tensor_of(end), tensor_of(start)]], "kwargs": {}}]
    return result
