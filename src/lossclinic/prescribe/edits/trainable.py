"""Let layers learn that the script freezes."""

from __future__ import annotations

from typing import cast

import libcst as cst

from lossclinic.core.recipe import Change
from lossclinic.prescribe.arguments import without_argument
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.pen import CannotWrite, Pen


def let_learn(desk: Desk, pen: Pen, change: Change) -> None:
    """Undo `trainable=False` where the script says it.

    As an argument of the layer it goes; a statement `….trainable = False` turns to True where it is the only one;
    where there are several, all layers are let learn in a line of its own before `compile`.

    Args:
        desk: the script.
        pen: takes the edits.
        change: sets `trainable` of one layer to True.
    """
    thawed = {c.target for c in desk.wanted if c.kind == "layer-argument" and c.argument == "trainable" and c.after}
    call = desk.calls.get(change.target)
    if call is not None and any(arg.keyword is not None and arg.keyword.value == "trainable" for arg in call.args):
        served = desk.served(call)
        if not set(served) <= thawed:
            raise CannotWrite(f"line {desk.script.start(call)[0]} makes layers that stay frozen too", "trainable=True")
        if change.target == served[0]:
            pen.change(call, lambda now: without_argument(now, "trainable", ()))
        return
    spoken = [other for other in thawed if not _is_argument(desk, other)]
    if change.target != min(spoken):
        return
    statements = _freezing(desk)
    if len(statements) == 1:
        pen.change(statements[0], lambda now: now.with_changes(value=cst.Name("True")))
        return
    line = desk.script.statement(desk.compile)
    frozen = {layer.name for layer in desk.new_layers if layer.config.get("trainable") is False}
    code = f"{desk.model_name}.trainable = True"
    if line is None or frozen:
        raise CannotWrite("the script freezes layers in a way that was not found", f"{code}  # before compile")
    pen.before(line, code)


def _is_argument(desk: Desk, name: str) -> bool:
    call = desk.calls.get(name)
    return call is not None and any(arg.keyword is not None and arg.keyword.value == "trainable" for arg in call.args)


def _freezing(desk: Desk) -> list[cst.Assign]:
    """Statements that set the attribute `trainable` of something to False."""
    found: list[cst.Assign] = []
    for node in desk.script.all(cst.Assign):
        assign = cast("cst.Assign", node)
        value = assign.value
        to_false = isinstance(value, cst.Name) and value.value == "False"
        targets = [each.target for each in assign.targets]
        if to_false and any(isinstance(t, cst.Attribute) and t.attr.value == "trainable" for t in targets):
            found.append(assign)
    return found
