"""Decide from another probability than 0.5, where the script compares predictions with it."""

from __future__ import annotations

import math

import libcst as cst

from lossclinic.core.recipe import Change
from lossclinic.core.yardstick import Link, link_of
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.preparing import reads_model
from lossclinic.prescribe.pen import CannotWrite, Pen

ORDERED = (cst.GreaterThan, cst.GreaterThanEqual, cst.LessThan, cst.LessThanEqual)
DEEPEST = 4
"""Assignments that are followed back from a name to a prediction."""


def change_threshold(desk: Desk, pen: Pen, change: Change) -> None:
    """Put the threshold in place of 0.5 (of 0 where the model puts out logits) behind `fit`."""
    link = link_of(desk.treated, desk.case.task)
    value = _on_outputs(float(change.after if change.after is not None else 0.5), link)
    usual = _on_outputs(0.5, link)
    column = "[:, 1]" if link.kind != "probability" else ""
    code = f"predicted = {desk.model_name}.predict(x){column} >= {value:.4g}"
    if column:
        raise CannotWrite("the script takes the likelier of two outputs, and compares with no threshold", code)
    found = [number for number in _compared(desk) if abs(_number(number) - usual) < 1e-9]
    if not found:
        raise CannotWrite(f"no line behind `fit` compares predictions with {usual:g}", code)
    for number in found:
        pen.change(number, lambda _: cst.parse_expression(f"{value:.4g}"))


def _on_outputs(chance: float, link: Link) -> float:
    """The probability on the scale of the model's raw output."""
    if link.from_logits:
        return math.log(chance / (1 - chance))
    return 2 * chance - 1 if link.centre else chance


def _compared(desk: Desk) -> list[cst.BaseExpression]:
    """Numbers that predictions are compared with."""
    found: list[cst.BaseExpression] = []
    for node in desk.script.all(cst.Comparison):
        if desk.script.start(node) < desk.script.start(desk.fit) or len(node.comparisons) != 1:
            continue
        (target,) = node.comparisons
        sides = (node.left, target.comparator)
        if isinstance(target.operator, ORDERED):
            pairs = (sides, sides[::-1])
            found += [b for a, b in pairs if not math.isnan(_number(b)) and _predicted(desk, a, DEEPEST)]
    return found


def _number(node: cst.BaseExpression) -> float:
    return float(node.evaluated_value) if isinstance(node, (cst.Float, cst.Integer)) else math.nan


def _predicted(desk: Desk, node: cst.CSTNode, deep: int) -> bool:
    """Whether an expression is made from what the model predicts."""
    names: list[str] = []
    for inner in (
        node,
        *(each for each in desk.script.all((cst.Call, cst.Name)) if node in desk.script.ancestors(each)),
    ):
        if isinstance(inner, cst.Call) and reads_model(desk, inner):
            return True
        if isinstance(inner, cst.Name):
            names.append(inner.value)
    if not deep:
        return False
    return any(_predicted(desk, value, deep - 1) for name in names for value in desk.script.assignments(name))
