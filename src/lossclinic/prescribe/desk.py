"""Everything one edit needs: the parsed script, its names, the case and what the treated recipe asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import libcst as cst

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.case import Case
from lossclinic.core.recipe import Change, Recipe
from lossclinic.core.shaped import MODULE
from lossclinic.prescribe.code import Namer
from lossclinic.prescribe.locate import Script, layer_calls, method_call, receiver, same_file
from lossclinic.prescribe.names import Names
from lossclinic.prescribe.pen import CannotWrite, Pen


@dataclass(eq=False)
class Desk:
    """One script on the desk.

    Attributes:
        script: the parsed script.
        names: how it spells things.
        case: the training to edit.
        treated: what it shall become.
        wanted: all changes from the case's recipe to the treated one.
    """

    script: Script
    names: Names
    case: Case
    treated: Recipe
    wanted: tuple[Change, ...]

    @cached_property
    def fit_call(self) -> cst.Call | None:
        """The call of `fit`, or None where it cannot be told."""
        place = self.case.source.fit
        if not same_file(self.case.source.script, place):
            return None
        return method_call(self.script, "fit", place.line if place else None)

    @property
    def fit(self) -> cst.Call:
        """The call of `fit`; raises `CannotWrite` where it cannot be told."""
        if self.fit_call is None:
            raise CannotWrite("the call of `fit` was not found in this file")
        return self.fit_call

    @cached_property
    def compile_call(self) -> cst.Call | None:
        """The call of `compile`, or None where it cannot be told."""
        place = self.case.source.compile
        if not same_file(self.case.source.script, place):
            return None
        return method_call(self.script, "compile", place.line if place else None, self.fit_call)

    @property
    def compile(self) -> cst.Call:
        """The call of `compile`; raises `CannotWrite` where it cannot be told."""
        if self.compile_call is None:
            raise CannotWrite("the call of `compile` was not found in this file")
        return self.compile_call

    @property
    def model_name(self) -> str:
        """The expression that `fit` is called on."""
        return self.script.code(cast("cst.CSTNode", receiver(self.fit)))

    @cached_property
    def old_layers(self) -> tuple[Layer, ...]:
        """The layers of the script's model, input layers left out."""
        return tuple(layer for layer in architecture.layers(self.case.recipe.model) if layer.class_name != "InputLayer")

    @cached_property
    def new_layers(self) -> tuple[Layer, ...]:
        """The layers of the treated model, input layers left out."""
        return tuple(layer for layer in architecture.layers(self.treated.model) if layer.class_name != "InputLayer")

    @cached_property
    def calls(self) -> dict[str, cst.Call]:
        """Layer name → the call that makes it."""
        source = self.case.source
        places = {name: place for name, place in source.layers.items() if same_file(source.script, place)}
        if places or not source.layers:
            return layer_calls(self.script, self.old_layers, places)
        return {}

    def layer(self, name: str) -> cst.Call:
        """The call that makes a layer; raises `CannotWrite` where it cannot be told."""
        if name not in self.calls:
            raise CannotWrite(f"the line that makes layer `{name}` was not found in this file")
        return self.calls[name]

    def served(self, call: cst.Call) -> list[str]:
        """Names of all layers that one call makes."""
        return [name for name, other in self.calls.items() if other is call]

    @property
    def sequential(self) -> bool:
        """Whether the model is a plain stack."""
        return self.case.recipe.model["class_name"] == "Sequential"

    def namer(self, pen: Pen) -> Namer:
        """The script's spelling of Keras names, for `prescribe.code`."""

        def spell(module: str, name: str) -> str:
            return (self.names.other if module == MODULE else self.names.keras)(pen, module, name)

        return spell
