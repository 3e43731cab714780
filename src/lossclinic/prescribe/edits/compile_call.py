"""Change the loss and the optimizer where the script compiles."""

from __future__ import annotations

import libcst as cst

from lossclinic.core.recipe import Change
from lossclinic.prescribe.arguments import COMPILE, POSITIONS, find, with_argument
from lossclinic.prescribe.code import expression, loss_code, optimizer_code
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.constant import set_argument
from lossclinic.prescribe.locate import callee
from lossclinic.prescribe.pen import CannotWrite, Pen


def change_loss(desk: Desk, pen: Pen) -> None:
    """Write the treated recipe's loss."""
    code = loss_code(desk.treated.loss, desk.namer(pen))
    pen.change(desk.compile, lambda now: with_argument(now, "loss", code, COMPILE))


def change_optimizer(desk: Desk, pen: Pen) -> None:
    """Replace the optimizer as a whole."""
    code = optimizer_code(desk.treated.optimizer, desk.namer(pen))
    made = _own_call(desk)
    if made is not None and made[1]:
        pen.change(made[0], lambda _: cst.parse_expression(code))
    else:
        pen.change(desk.compile, lambda now: with_argument(now, "optimizer", code, COMPILE))


def change_optimizer_argument(desk: Desk, pen: Pen, change: Change) -> None:
    """Set one argument of the optimizer that the script makes; a string becomes an object."""
    made = _own_call(desk)
    name = str(desk.case.recipe.optimizer["class_name"])
    if made is None or callee(made[0]) != name or change.after is None:
        code = optimizer_code(desk.treated.optimizer, desk.namer(pen))
        given = find(desk.compile, "optimizer", COMPILE)
        if made is None and given is not None and not isinstance(given.value, (cst.SimpleString, cst.Call, cst.Name)):
            raise CannotWrite("the optimizer is not made where it can be edited", code)
        first = next(other for other in desk.wanted if other.kind == "optimizer-argument")
        if change is first:
            pen.change(desk.compile, lambda now: with_argument(now, "optimizer", code, COMPILE))
        return
    positions = POSITIONS.get(name, ("learning_rate",))
    argument = change.argument
    if any(arg.keyword is not None and arg.keyword.value == "lr" for arg in made[0].args):
        argument = "lr" if argument == "learning_rate" else argument
    set_argument(desk, pen, made[0], argument, expression(change.after, desk.namer(pen)), positions)


def _own_call(desk: Desk) -> tuple[cst.Call, bool] | None:
    """The constructor call of the optimizer, and whether it stands in a variable that only this compile reads.

    None where it is a string, comes from elsewhere, or serves several compile calls.
    """
    given = find(desk.compile, "optimizer", COMPILE)
    if given is None:
        return None
    if isinstance(given.value, cst.Call):
        return (given.value, False)
    if isinstance(given.value, cst.Name):
        made = desk.script.assignments(given.value.value)
        uses = len(desk.script.reads(given.value.value))
        if len(made) == 1 and isinstance(made[0], cst.Call) and uses == 1:
            return (made[0], True)
    return None
