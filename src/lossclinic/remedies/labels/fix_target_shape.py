"""Bring targets and output to the same axes, so that the loss compares each row with its own target.

A recurrent layer in front of the output hands on its last step only (`return_sequences=False`), where each row has one
target. Targets with an axis too many or too few are given the shape (rows, columns).

Does not apply where the axes go together, or where nothing tells which of them should go.

Reference: Keras' documentation of losses and of the recurrent layers' argument `return_sequences`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.target_shape import TargetShape


def apply(recipe: Recipe, target_shape: TargetShape) -> tuple[Recipe, ...]:
    """Reshape the targets, or end the axis of steps.

    Raises:
        NotApplicable: targets and output go together.
    """
    if not target_shape.text:
        raise NotApplicable("the axes of targets and output go together")
    if not target_shape.steps:
        if recipe.flat_targets:
            raise NotApplicable("the targets have the shape of rows and columns already")
        return (replace(recipe, flat_targets=True),)
    layer = next((each for each in architecture.layers(recipe.model) if each.name == target_shape.steps), None)
    if layer is None or not _passes_steps(layer.config, layer.class_name):
        raise NotApplicable("no recurrent layer passes its steps on to the output")
    return (replace(recipe, model=architecture.with_config(recipe.model, layer.name, **_last_step(layer.config))),)


def _passes_steps(config: Json, kind: str) -> bool:
    inner: Any = config["layer"]["config"] if kind == "Bidirectional" else config
    return bool(inner.get("return_sequences"))


def _last_step(config: Json) -> Json:
    """The changed settings: of the layer itself, or of the one that `Bidirectional` wraps."""
    if "layer" not in config:
        return {"return_sequences": False}
    inner: Any = config["layer"]
    return {"layer": {**inner, "config": {**inner["config"], "return_sequences": False}}}


REMEDY = Remedy(
    id="fix-target-shape", title="Give targets and output the same axes", apply=apply, safety="changes-meaning"
)
