"""Put layers in front of the model: standardising the inputs, augmentation, new first layers."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from lossclinic.core import architecture
from lossclinic.prescribe.arguments import POSITIONS, find, without_argument
from lossclinic.prescribe.code import construct
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.layers import layer_code, runs
from lossclinic.prescribe.locate import callee, receiver
from lossclinic.prescribe.pen import CannotWrite, Pen

STANDARDISE = "standardise"
"""Name of the Normalization layer that an edited script gets."""


def write(desk: Desk, pen: Pen, *, standardise: bool, augment: bool, new: list[str]) -> None:
    """Put the wanted layers in front of the first layer, in the order: scale, augment, the rest.

    Args:
        desk: the script.
        pen: takes the edits.
        standardise: whether the inputs are standardised.
        augment: whether images are augmented.
        new: names of further first layers.
    """
    if not desk.old_layers:
        raise CannotWrite("the model has no layers")
    first = desk.layer(desk.old_layers[0].name)
    codes: list[str] = []
    if standardise:
        value = {"class_name": "Normalization", "config": {}}
        code = construct(value, desk.namer(pen), "layers", _beside(desk, first, "Normalization"))
        codes.append(code[:-1] + f'name="{STANDARDISE}")')
    if augment:
        for layer in desk.treated.augmentation:
            codes.append(construct(layer, desk.namer(pen), "layers", _beside(desk, first, layer["class_name"])))
    codes += [layer_code(desk, pen, layer, first) for layer in runs(desk).get("", ()) if layer.name in new]
    _place(desk, pen, first, codes)


def _beside(desk: Desk, call: cst.Call, name: str) -> str:
    owner = receiver(call)
    return f"{desk.script.code(owner)}.{name}" if owner is not None else ""


def _place(desk: Desk, pen: Pen, first: cst.Call, codes: list[str]) -> None:
    script = desk.script
    parent = script.parents[first]
    holder = script.parents[parent] if isinstance(parent, cst.Element) else None
    outer = script.parents[parent] if isinstance(parent, cst.Arg) else parent
    loop = _loop(desk, first)
    if isinstance(holder, (cst.List, cst.Tuple)) and loop is None:
        at = [element is parent for element in holder.elements].index(True)
        pen.insert(holder, at, *_with_shape(desk, pen, first, codes))
    elif isinstance(outer, cst.Call) and callee(outer) == "add" and receiver(outer) is not None:
        owner = script.code(cast("cst.CSTNode", receiver(outer)))
        codes = codes if loop is not None else _with_shape(desk, pen, first, codes)
        statement = loop or script.statement(outer)
        if statement is None:
            raise CannotWrite("the first layer is not added on a line of its own", "\n".join(codes))
        pen.before(statement, *[f"{owner}.add({code})" for code in codes])
    elif isinstance(outer, cst.Call) and outer.func is first and len(outer.args) == 1:
        _chain(desk, pen, outer, codes, loop)
    else:
        raise CannotWrite("the first layer is not made in a list, an `add` or a chain of calls", "\n".join(codes))


def _loop(desk: Desk, call: cst.Call) -> cst.CSTNode | None:
    """The outermost loop around a call that makes several layers; a comprehension cannot be preceded."""
    if len(desk.served(call)) < 2:
        return None
    around = desk.script.ancestors(call)
    if any(isinstance(up, (cst.ListComp, cst.GeneratorExp)) for up in around):
        raise CannotWrite("the first layer is made in a comprehension")
    scope = desk.script.scope(call)
    loops = [up for up in around if isinstance(up, (cst.For, cst.While)) and desk.script.scope(up) is scope]
    if not loops:
        raise CannotWrite("one line makes the first layer and others")
    return loops[-1]


def _with_shape(desk: Desk, pen: Pen, first: cst.Call, codes: list[str]) -> list[str]:
    """Keep the model built: what the first layer said of the input's shape moves into an Input of its own."""
    positions = POSITIONS.get(callee(first), ())
    for name, template in (("input_shape", "{}"), ("input_dim", "({},)")):
        if callee(first) == "Embedding":
            break
        given = find(first, name, positions)
        if given is not None and given.keyword is not None:
            old, new = (architecture.input_shape(r.model) for r in (desk.case.recipe, desk.treated))
            shape = template.format(desk.script.code(given.value)) if new is None or new == old else str(new[1:])
            pen.change(first, lambda now, name=name: without_argument(now, name, positions))
            return [f"{desk.names.keras(pen, '', 'Input')}(shape={shape})", *codes]
    return codes


def _chain(desk: Desk, pen: Pen, outer: cst.Call, codes: list[str], loop: cst.CSTNode | None) -> None:
    inputs = [layer.name for layer in architecture.layers(desk.case.recipe.model) if layer.class_name == "InputLayer"]
    readers = [layer for layer in desk.old_layers if set(layer.inbound) & set(inputs)]
    if len(readers) > 1:
        raise CannotWrite("several layers read the input", "\n".join(codes))
    source = cast("Any", outer.args[0].value)
    if loop is not None:
        if not isinstance(source, cst.Name):
            raise CannotWrite("the first layers are made in a loop", "\n".join(codes))
        pen.before(loop, *[f"{source.value} = {code}({source.value})" for code in codes])
        return

    def wrap(now: Any) -> Any:
        inner = now.args[0].value
        for code in codes:
            inner = cst.Call(func=cst.parse_expression(code), args=[cst.Arg(inner)])
        return now.with_changes(args=[now.args[0].with_changes(value=inner)])

    pen.change(outer, wrap)
