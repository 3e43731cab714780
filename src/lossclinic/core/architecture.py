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


def _entries(model: Json) -> list[Json]:
    return cast("list[Json]", model["config"].get("layers", []))


def _copy_to_change(model: Json) -> Json:
    if not rewritable(model):
        raise NotApplicable(
            f"the model is a class of its own ({model['class_name']}), so its layers cannot be rewritten"
        )
    return copy.deepcopy(model)


def _name(entry: Json) -> str:
    return str(entry["config"].get("name", entry.get("name", "")))


def _sources(value: Any, found: list[str]) -> list[str]:
    """Names of the layers whose outputs a Functional node takes, in order."""
    if isinstance(value, dict):
        node = cast("Json", value)
        if node.get("class_name") == "__keras_tensor__":
            found.append(str(node["config"]["keras_history"][0]))
        else:
            for item in node.values():
                _sources(item, found)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[Any]", value):
            _sources(item, found)
    return found


def _redirect(value: Any, old: str, new: str) -> None:
    """Let every reference to layer `old` in a Functional node point to layer `new` (in place)."""
    if isinstance(value, dict):
        node = cast("Json", value)
        history = node["config"].get("keras_history") if node.get("class_name") == "__keras_tensor__" else None
        if history is not None:
            if history[0] == old:
                history[0] = new
        else:
            for item in node.values():
                _redirect(item, old, new)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[Any]", value):
            _redirect(item, old, new)


def layers(model: Json) -> tuple[Layer, ...]:
    """The layers in the order of the model's config, input layers included."""
    sequential = model["class_name"] == "Sequential"
    result: list[Layer] = []
    for entry in _entries(model):
        if sequential:
            inbound = (result[-1].name,) if result else ()
        else:
            inbound = tuple(_sources(entry.get("inbound_nodes", []), []))
        result.append(Layer(_name(entry), str(entry["class_name"]), cast("Json", entry["config"]), inbound))
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
    first = _entries(model)[0]
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
    for entry in _entries(result):
        if _name(entry) == name:
            entry["config"].update(copy.deepcopy(changes))
    if changes.keys() & {"units", "filters"}:
        _forget_shapes(result)
    return result


def _forget_shapes(model: Json) -> None:
    """Let Keras work out anew what each layer's input looks like (in place)."""
    for entry in _entries(model):
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
    for entry in _entries(result):
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
        raise NotApplicable(f"the layer '{_name(entry)}' is used more than once, so nothing can be put behind it alone")


def insert_after(model: Json, name: str | None, layer: Json) -> Json:
    """Put a one-input layer behind layer `name` (None: before the first computing layer).

    A layer that changes the width must suit every reader of `name`.

    Raises:
        NotApplicable: the model's layers cannot be rewritten, or layer `name` is used more than once.
    """
    result = _copy_to_change(model)
    entries = _entries(result)
    names = [_name(entry) for entry in entries]
    if name is None:
        inputs = [i for i, entry in enumerate(entries) if entry["class_name"] == "InputLayer"]
        if not inputs:
            shape = input_shape(model)
            entries.insert(0, make_layer("InputLayer", free_name(model, "input"), batch_shape=list(shape or (None,))))
            entries[0]["config"].pop("trainable")
            at = 0
        else:
            at = inputs[-1]
        name = _name(entries[at])
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
    new_name = _name(new)
    new["name"] = new_name
    tensor = _tensor_of(entries, name) or _tensor(name)
    for entry in entries:
        _redirect(entry.get("inbound_nodes", []), name, new_name)
    for key in ("output_layers",):
        _rename_ends(model["config"].get(key), name, new_name)
    new["inbound_nodes"] = [{"args": [copy.deepcopy(tensor)], "kwargs": {}}]
    _redirect(new["inbound_nodes"], new_name, name)


def _tensor_of(entries: list[Json], name: str) -> Json | None:
    """A serialised tensor that layer `name` puts out, as some reader refers to it."""

    def search(value: Any) -> Json | None:
        if isinstance(value, dict):
            node = cast("Json", value)
            if node.get("class_name") == "__keras_tensor__":
                return copy.deepcopy(node) if node["config"]["keras_history"][0] == name else None
            items: list[Any] = list(node.values())
        elif isinstance(value, (list, tuple)):
            items = list(cast("list[Any]", value))
        else:
            return None
        return next((hit for hit in map(search, items) if hit is not None), None)

    return search([entry.get("inbound_nodes", []) for entry in entries])


def _rename_ends(value: Any, old: str, new: str) -> None:
    """`output_layers` holds [name, node, tensor] or a list of these."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if len(items) == 3 and items[0] == old and isinstance(items[1], int):
            items[0] = new
        else:
            for item in items:
                _rename_ends(item, old, new)


def remove(model: Json, name: str) -> Json:
    """Take out a one-input layer; one that changes the width must be followed by layers that take any width."""
    result = _copy_to_change(model)
    entries = _entries(result)
    at = [_name(entry) for entry in entries].index(name)
    _single(entries[at])
    if entries[at]["config"].keys() & {"units", "filters"}:
        _forget_shapes(result)
    if result["class_name"] != "Sequential":
        source = _sources(entries[at].get("inbound_nodes", []), [])[0]
        for entry in entries:
            _redirect(entry.get("inbound_nodes", []), name, source)
        _rename_ends(result["config"].get("output_layers"), name, source)
    del entries[at]
    return result


SKIP = "skip_from_"
"""Names of the layers that end a skip connection begin so; then comes the layer behind which it begins."""


def as_graph(model: Json) -> Json:
    """The same layers as a Functional graph, where a stack has no room for a second path."""
    if model["class_name"] != "Sequential":
        return _copy_to_change(model)
    stack = _copy_to_change(model)
    if _entries(stack)[0]["class_name"] != "InputLayer":
        start = make_layer("InputLayer", free_name(stack, "input"), batch_shape=list(input_shape(stack) or (None,)))
        start["config"].pop("trainable")
        _entries(stack).insert(0, start)
    entries = _entries(stack)
    for before, entry in zip([None, *entries], entries, strict=False):
        entry["name"] = _name(entry)
        entry["inbound_nodes"] = [] if before is None else [{"args": [_tensor(_name(before))], "kwargs": {}}]
    ends = {"input_layers": [_name(entries[0]), 0, 0], "output_layers": [_name(entries[-1]), 0, 0]}
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
    entry = next(entry for entry in _entries(result) if _name(entry) == name)
    entry["inbound_nodes"] = [{"args": [[_tensor(end), _tensor(start)]], "kwargs": {}}]
    return result


def _tensor(name: str) -> Json:
    """What layer `name` puts out, as a reader refers to it; Keras looks the real tensor up by its history."""
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}
