"""Set an argument that may come from a named constant of the script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from lossclinic.prescribe.arguments import find, with_argument
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.locate import Script
from lossclinic.prescribe.pen import Pen


def set_argument(desk: Desk, pen: Pen, call: cst.Call, name: str, code: str, positions: Sequence[str]) -> None:
    """Write the argument into the call, or into the one constant that serves only this call.

    A constant that is also read elsewhere (`range(EPOCHS)` for a plot) changes with it; one that other
    trainings read stays, and the call is edited.
    """
    given = find(call, name, positions)
    literal = _constant(desk.script, given.value) if given is not None else None
    if literal is not None:
        pen.change(literal, lambda _: cst.parse_expression(code))
    else:
        pen.change(call, lambda now: with_argument(now, name, code, positions))


def _constant(script: Script, value: cst.BaseExpression) -> Any:
    """The number assigned to the constant that `value` names; None unless changing it is safe."""
    if not isinstance(value, cst.Name):
        return None
    assigned = script.assignments(value.value)
    scope = script.scope(value)
    if len(assigned) != 1 or not isinstance(assigned[0], (cst.Integer, cst.Float)):
        return None
    if script.scope(assigned[0]) not in (scope, script.module):
        return None
    statement = script.statement(value)
    calls = [up for read in script.reads(value.value) for up in script.ancestors(read) if isinstance(up, cst.Call)]
    elsewhere = [c for c in calls if _is_training(c) and script.statement(c) is not statement]
    return None if elsewhere or _parameter(script, value.value) else assigned[0]


def _is_training(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in ("fit", "compile")


def _parameter(script: Script, name: str) -> bool:
    return any(param.name.value == name for param in script.all(cst.Param))
