"""Change, add and remove layers where the script makes them."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from lossclinic.core.architecture import Layer
from lossclinic.core.recipe import Change
from lossclinic.prescribe.arguments import POSITIONS, with_argument, without_argument
from lossclinic.prescribe.code import construct, expression, simplified
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits import trainable
from lossclinic.prescribe.locate import callee, receiver
from lossclinic.prescribe.pen import CannotWrite, Pen

INVISIBLE = ("build_config", "name")


def change_argument(desk: Desk, pen: Pen, change: Change) -> None:
    """Write one argument into the call that makes the layer (and every layer that the call serves alike)."""
    if change.argument == "trainable" and change.after:
        trainable.let_learn(desk, pen, change)
        return
    call = desk.layer(change.target)
    if change.argument in INVISIBLE:
        return
    alike = [
        other
        for other in desk.wanted
        if other.kind == "layer-argument"
        and other.target in desk.served(call)
        and (other.argument, other.after) == (change.argument, change.after)
    ]
    line = desk.script.start(call)[0]
    code = f"{change.argument}={expression(change.after, desk.namer(Pen(pen.module)))}"
    if len(alike) != len(desk.served(call)):
        raise CannotWrite(f"line {line} makes several layers and only `{change.target}` changes", code)
    if _class_of(desk.old_layers, change.target) != _class_of(desk.new_layers, change.target):
        raise CannotWrite(f"layer `{change.target}` becomes another kind of layer", code)
    if change is not alike[0]:
        return
    positions = POSITIONS.get(callee(call), ())
    gone = change.after is None or (change.argument == "activation" and simplified(change.after) == "linear")
    if gone and callee(call) != "Activation":
        pen.change(call, lambda now: without_argument(now, change.argument, positions))
    else:
        written = expression(change.after, desk.namer(pen))
        pen.change(call, lambda now: with_argument(now, change.argument, written, positions))


def _class_of(layers: tuple[Layer, ...], name: str) -> str:
    return next((layer.class_name for layer in layers if layer.name == name), "")


def runs(desk: Desk) -> dict[str, tuple[Layer, ...]]:
    """Old layer name ("" for the front) → the new layers that follow it directly."""
    old = {layer.name for layer in desk.old_layers}
    result: dict[str, tuple[Layer, ...]] = {}
    anchor = previous = ""
    for layer in desk.new_layers:
        if layer.name in old:
            anchor = layer.name
        else:
            if not desk.sequential and previous and layer.inbound != (previous,):
                continue
            result[anchor] = (*result.get(anchor, ()), layer)
        previous = layer.name
    return result


def layer_code(desk: Desk, pen: Pen, layer: Layer, beside: cst.Call | None) -> str:
    """The constructor of a new layer, with the prefix that the neighbouring layer is written with."""
    prefix = ""
    if beside is not None and isinstance(beside.func, cst.Attribute) and callee(beside) == beside.func.attr.value:
        prefix = f"{desk.script.code(cast('cst.CSTNode', receiver(beside)))}.{layer.class_name}"
    value = {"class_name": layer.class_name, "config": layer.config}
    return construct(value, desk.namer(pen), "layers", prefix)


def insert(desk: Desk, pen: Pen, anchor: str, kept: list[str]) -> None:
    """Add the new layers behind an old one.

    Args:
        desk: the script.
        pen: takes the edits.
        anchor: the old layer; not "" (see `edits.front`).
        kept: names of the new layers to write, all behind `anchor`.
    """
    call = desk.layer(anchor)
    groups = runs(desk)
    shapes = [
        tuple((layer.class_name, _nameless(layer)) for layer in groups.get(name, ())) for name in desk.served(call)
    ]
    new = [layer for layer in groups.get(anchor, ()) if layer.name in kept]
    for layer in new:
        if len(layer.inbound) > 1:
            code = f"{layer_code(desk, pen, layer, call)}([{', '.join(layer.inbound)}])"
            why = "a second path needs a model that is built by calling layers on the outputs of others"
            raise CannotWrite(why, f"{code}  # {' and '.join(layer.inbound)}: what these layers put out")
    codes = [layer_code(desk, pen, layer, call) for layer in new]
    if len(codes) != len(kept):
        raise CannotWrite(f"the new layer does not follow `{anchor}` directly", "\n".join(codes))
    if any(shape != shapes[0] for shape in shapes):
        raise CannotWrite(f"line {desk.script.start(call)[0]} makes several layers that change differently", codes[0])
    if anchor != next(name for name in desk.served(call)):
        return
    _place(desk, pen, call, codes)


def _nameless(layer: Layer) -> str:
    return repr(sorted((key, value) for key, value in layer.config.items() if key != "name"))


def _place(desk: Desk, pen: Pen, call: cst.Call, codes: list[str]) -> None:
    script = desk.script
    parent = script.parents[call]
    if isinstance(parent, cst.Element) and isinstance(script.parents[parent], (cst.List, cst.Tuple)):
        holder = cast("Any", script.parents[parent])
        at = [element is parent for element in holder.elements].index(True)
        pen.insert(holder, at + 1, *codes)
        return
    outer = script.parents[parent] if isinstance(parent, cst.Arg) else parent
    if isinstance(outer, cst.Call) and callee(outer) == "add" and receiver(outer) is not None:
        statement = script.statement(outer)
        if statement is not None:
            owner = script.code(cast("cst.CSTNode", receiver(outer)))
            pen.after(statement, *[f"{owner}.add({code})" for code in codes])
            return
    if isinstance(outer, cst.Call) and outer.func is call:
        _place_functional(desk, pen, outer, codes)
        return
    raise CannotWrite("the layer is not made in a list, an `add` or a chain of calls", "\n".join(codes))


def _place_functional(desk: Desk, pen: Pen, outer: cst.Call, codes: list[str]) -> None:
    """`x = Dense(8)(x)` gets a line of its own behind it; a nested chain is wrapped."""
    script = desk.script
    assign, statement = script.parents[outer], script.statement(outer)
    if isinstance(assign, cst.Assign) and len(assign.targets) == 1 and statement is not None:
        target = assign.targets[0].target
        if isinstance(target, cst.Name):
            pen.after(statement, *[f"{target.value} = {code}({target.value})" for code in codes])
            return

    def wrap(now: cst.BaseExpression) -> cst.BaseExpression:
        for code in codes:
            now = cst.Call(func=cst.parse_expression(code), args=[cst.Arg(now)])
        return now

    pen.change(outer, wrap)


def remove(desk: Desk, pen: Pen, change: Change) -> None:
    """Take a layer out of its list, its `add` or its chain."""
    script, call = desk.script, desk.layer(change.target)
    gone = {other.target for other in desk.wanted if other.kind == "remove-layer"}
    if not set(desk.served(call)) <= gone:
        raise CannotWrite(f"line {script.start(call)[0]} makes several layers and only `{change.target}` goes")
    if change.target != desk.served(call)[0]:
        return
    parent = script.parents[call]
    holder = script.parents[parent] if isinstance(parent, cst.Element) else None
    if isinstance(holder, (cst.List, cst.Tuple)):
        at = [element is parent for element in holder.elements].index(True)
        pen.drop(holder, at)
        return
    outer = script.parents[parent] if isinstance(parent, cst.Arg) else parent
    statement = script.statement(call)
    if isinstance(outer, cst.Call) and callee(outer) == "add" and statement is not None:
        if len(cast("Any", script.parents[statement]).body) < 2:
            raise CannotWrite("the layer is the only statement of its block")
        pen.change(statement, lambda _: cst.RemovalSentinel.REMOVE)
    elif isinstance(outer, cst.Call) and outer.func is call and len(outer.args) == 1:
        if statement is not None and _is_all_of_it(desk, outer, statement):
            pen.change(statement, lambda _: cst.RemovalSentinel.REMOVE)
        else:
            pen.change(outer, lambda now: now.args[0].value)
    else:
        raise CannotWrite("the layer is not made in a list, an `add` or a chain of calls")


def _is_all_of_it(desk: Desk, outer: cst.Call, statement: cst.CSTNode) -> bool:
    """Whether the statement is `x = Layer(…)(x)`, which would become `x = x`, and not the only one of its block."""
    assign = desk.script.parents[outer]
    if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
        return False
    target, given = assign.targets[0].target, outer.args[0].value
    same = isinstance(target, cst.Name) and isinstance(given, cst.Name) and target.value == given.value
    return same and len(cast("Any", desk.script.parents[statement]).body) > 1
