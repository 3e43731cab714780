"""Whether the model's name can be bound to another model behind `fit`."""

from __future__ import annotations

import re

import libcst as cst

from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.pen import CannotWrite

AFTERWARDS = ("layers", "get_layer", "get_weights", "set_weights", "weights", "fit")


def check_rebinding(desk: Desk, code: str) -> None:
    """Rebinding the model behind `fit` must reach every later line that uses it, and break none."""
    script, fit, name = desk.script, desk.fit, desk.model_name
    statement, scope = script.statement(fit), script.scope(fit)
    if statement is not None and isinstance(statement.body[0], cst.Return):
        raise CannotWrite("`fit` is called in a return statement, so nothing can follow it", code)
    if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
        raise CannotWrite("the model has no name that can be bound again", code)
    if isinstance(scope, cst.FunctionDef) and any(p.name.value == name for p in scope.params.params):
        raise CannotWrite("the model belongs to the caller of the function that trains it", code)
    for node in script.all(cst.Attribute):
        used = node.attr.value in AFTERWARDS and script.code(node.value) == name and node is not fit.func
        if used and (script.start(node) > script.start(fit) or node.attr.value == "fit"):
            line = script.start(node)[0]
            raise CannotWrite(f"line {line} uses `{name}.{node.attr.value}`, which would see another model", code)
