"""Train further networks behind `fit`, and let their average be the model."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst
from libcst import matchers

from lossclinic.core.architecture import has
from lossclinic.core.recipe import Change
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.rebinding import check_rebinding
from lossclinic.prescribe.pen import CannotWrite, Pen

KEEP_SCALES = """\
def {fresh}(layer):  # what a Normalization layer was adapted to is in no config
    return layer if isinstance(layer, {normalization}) else type(layer).from_config(layer.get_config())"""
MEMBERS = """\
# An ensemble (Lakshminarayanan et al. 2017): the same training from other seeds, outputs averaged.
{members} = [{model}]
for {number} in range(1, {count}):
    {reseed}({number})
    {member} = {clone}({model}{how})
    {member}.name = f"member_{{{number} + 1}}"
    {member}.compile_from_config({model}.get_compile_config())
    {fit}
    {members}.append({member})
{inputs} = {input}({model}.input_shape[1:], dtype={model}.inputs[0].dtype)
{model} = {together}({inputs}, {average}()([{member}({inputs}) for {member} in {members}]))
{model}.compile_from_config({members}[0].get_compile_config())"""


def average(desk: Desk, pen: Pen, change: Change) -> None:
    """Put the other members' training and the average behind `fit`."""
    if change.before != 1:
        raise CannotWrite("the script averages several networks itself")
    parts = _parts(desk, pen, change.after)
    lines: list[Any] = []
    if "standardise" in desk.treated.inputs or has(desk.treated.model, "Normalization"):
        fresh = desk.script.free("fresh_layer", "fresh_member_layer")
        normalization = desk.names.keras(pen, "layers", "Normalization")
        lines.append(KEEP_SCALES.format(fresh=fresh, normalization=normalization))
        parts["how"] = f", clone_function={fresh}"
    statement = desk.script.statement(desk.fit)
    as_it_is = "\n".join([*lines, MEMBERS.format(**parts, fit=_member_fit(desk, desk.fit, parts["member"]))])
    if statement is None:
        raise CannotWrite("`fit` is not called in a statement of its own", as_it_is)
    check_rebinding(desk, as_it_is)
    if desk.treated.sharpness:
        raise CannotWrite("the training step would have to be written for each network", as_it_is)

    def written(now: cst.CSTNode) -> str:
        return MEMBERS.format(**parts, fit=_member_fit(desk, _fit_in(desk, now), parts["member"]))

    pen.after(statement, *lines, written)


def _parts(desk: Desk, pen: Pen, count: int) -> dict[str, Any]:
    spelled = {
        "reseed": ("utils", "set_random_seed"),
        "clone": ("models", "clone_model"),
        "input": ("", "Input"),
        "together": ("", "Model"),
        "average": ("layers", "Average"),
    }
    return {
        "model": desk.model_name,
        "count": count,
        "how": "",
        "number": desk.script.free("seed", "member_seed"),
        "members": desk.script.free("members", "ensemble"),
        "member": desk.script.free("member", "network"),
        "inputs": desk.script.free("ensemble_inputs", "inputs_of_all"),
        **{key: desk.names.keras(pen, *where) for key, where in spelled.items()},
    }


def _fit_in(desk: Desk, statement: cst.CSTNode) -> cst.Call:
    """The model's call of `fit` in an edited statement."""
    calls = [cast("cst.Call", found) for found in matchers.findall(statement, matchers.Call())]
    code = desk.script.module.code_for_node
    return next(c for c in calls if isinstance(c.func, cst.Attribute) and code(c.func) == f"{desk.model_name}.fit")


def _member_fit(desk: Desk, fit: cst.Call, member: str) -> str:
    """The call of `fit` on a member, with the arguments that it has."""
    own = fit.with_changes(func=cst.Attribute(cst.Name(member), cst.Name("fit")))
    return desk.script.module.code_for_node(own)
