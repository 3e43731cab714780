"""How a serialised Keras model writes its layers down, and how their inputs refer to each other."""

from __future__ import annotations

import copy
from typing import Any, cast

from lossclinic.core.canonical import Json


def entries_of(model: Json) -> list[Json]:
    """The layers of a model, as they are written down."""
    return cast("list[Json]", model["config"].get("layers", []))


def name_of(entry: Json) -> str:
    """The name of a layer that is written down."""
    return str(entry["config"].get("name", entry.get("name", "")))


def sources_of(value: Any, found: list[str]) -> list[str]:
    """Names of the layers whose outputs a Functional node takes, in order."""
    if isinstance(value, dict):
        node = cast("Json", value)
        if node.get("class_name") == "__keras_tensor__":
            found.append(str(node["config"]["keras_history"][0]))
        else:
            for item in node.values():
                sources_of(item, found)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[Any]", value):
            sources_of(item, found)
    return found


def redirect(value: Any, old: str, new: str) -> None:
    """Let every reference to layer `old` in a Functional node point to layer `new` (in place)."""
    if isinstance(value, dict):
        node = cast("Json", value)
        history = node["config"].get("keras_history") if node.get("class_name") == "__keras_tensor__" else None
        if history is not None:
            if history[0] == old:
                history[0] = new
        else:
            for item in node.values():
                redirect(item, old, new)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[Any]", value):
            redirect(item, old, new)


def tensor_in(entries: list[Json], name: str) -> Json | None:
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


def rename_ends(value: Any, old: str, new: str) -> None:
    """`output_layers` holds [name, node, tensor] or a list of these."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if len(items) == 3 and items[0] == old and isinstance(items[1], int):
            items[0] = new
        else:
            for item in items:
                rename_ends(item, old, new)


def tensor_of(name: str) -> Json:
    """What layer `name` puts out, as a reader refers to it; Keras looks the real tensor up by its history."""
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}
