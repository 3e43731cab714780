"""Let a model train on rows that are moved against it: its own training step gets moved rows, and stays what it is."""

from __future__ import annotations

import re

from lossclinic.core.recipe import Change
from lossclinic.core.threat import Adversarial
from lossclinic.engine.moves import NOTHING, STRIDE
from lossclinic.prescribe.arguments import FIT, find
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.pen import CannotWrite, Pen

FUNCTION = """\
def {name}(model, reach):
    # Adversarial training (Madry et al. 2018): the rows of each batch are moved by at most `reach` in the direction
    # that raises the loss, and then trained on. The model itself stays as it is.
    plain_step = model.train_step

    def train_step({given}):
        rows, targets, weights = {unpack}(data)
        rows = {ops}.cast(rows, "float32")

        def loss(moves):
{loss}

        moves = {ops}.zeros_like(rows)
        for _ in range({steps}):
{slope}
{step}
        return plain_step({passed}(rows + reach * moves, targets, weights))

    model.train_step = train_step
    model.train_function = None"""
OWN_LOSS = """\
            guess = model(rows + reach * moves, training=False)
            return model.compute_loss(y=targets, y_pred=guess, sample_weight=weights)"""
LOSS = {
    "tensorflow": OWN_LOSS,
    "torch": OWN_LOSS,
    "jax": """\
            weights_, others, optimizer, metrics = state
            moved = (rows + reach * moves, targets, weights)
            return model.compute_loss_and_updates(
                weights_, others, metrics, *moved, training=False, optimizer_variables=optimizer
            )[0]""",
}
SLOPE = {
    "tensorflow": """\
            with {package}.GradientTape() as tape:
                tape.watch(moves)
                height = loss(moves)
            slope = tape.gradient(height, moves)""",
    "torch": """\
            moves = moves.detach().requires_grad_()
            slope = {package}.autograd.grad(loss(moves), moves)[0]""",
    "jax": """\
            slope = {package}.grad(loss)(moves)""",
}
"""Backend → how it takes the gradient of a loss."""
IN_BOX = """\
            moves = {ops}.clip(moves + {length:.6g} * {ops}.sign(slope), -1.0, 1.0)"""
IN_BALL = """\
            axes = tuple(range(1, len(rows.shape)))
            slope = slope / {ops}.maximum({ops}.max({ops}.abs(slope), axis=axes, keepdims=True), {nothing})
            slope = slope / {ops}.maximum({ops}.sqrt({ops}.sum(slope**2, axis=axes, keepdims=True)), {nothing})
            moves = moves + {length:.6g} * slope
            moves = moves / {ops}.maximum({ops}.sqrt({ops}.sum(moves**2, axis=axes, keepdims=True)), 1.0)"""


def change_rows(desk: Desk, pen: Pen, change: Change) -> None:
    """Put the function in front of `fit`, and call it with the model.

    Raises:
        CannotWrite: the script moves rows itself, fits a model without a name, or its backend is not known.
    """
    if change.before is not None or change.after is None:
        raise CannotWrite("the script's own way to move its rows would have to go")
    backend = desk.case.observed.backend
    if backend not in LOSS:
        raise CannotWrite(f"how the backend '{backend}' takes a gradient is not known")
    name = desk.script.free("train_on_moved_rows", "train_on_attacked_rows")
    code = _function(desk, pen, change.after, backend, name)
    call = f"{name}({desk.model_name}, reach={_reach(desk, pen, change.after, code)})"
    statement = desk.script.statement(desk.fit)
    if statement is None or not re.fullmatch(r"[A-Za-z_][\w.]*", desk.model_name):
        raise CannotWrite("`fit` is not called on a named model in a statement of its own", f"{code}\n\n\n{call}")
    pen.before(statement, code, call)


def _function(desk: Desk, pen: Pen, wanted: Adversarial, backend: str, name: str) -> str:
    ops = desk.names.keras(pen, "", "ops")
    step = IN_BOX if wanted.threat.norm == "inf" else IN_BALL
    return FUNCTION.format(
        name=name,
        ops=ops,
        unpack=desk.names.keras(pen, "utils", "unpack_x_y_sample_weight"),
        given="state, data" if backend == "jax" else "data",
        passed="state, " if backend == "jax" else "",
        loss=LOSS[backend],
        slope=SLOPE[backend].format(package=desk.names.package_of(pen, backend)),
        steps=wanted.steps,
        step=step.format(ops=ops, length=STRIDE / wanted.steps, nothing=NOTHING),
    )


def _reach(desk: Desk, pen: Pen, wanted: Adversarial, code: str) -> str:
    """How far each input may move: a number, or a tenth of each column's deviation."""
    if not wanted.threat.relative:
        return f"{wanted.threat.size:g}"
    rows = find(desk.fit, "x", FIT)
    if rows is None or find(desk.fit, "y", FIT) is None:
        raise CannotWrite("the rows come from a data set or generator, so their deviation is not at hand", code)
    axes = desk.case.data.x.ndim - 1
    axis = "0" if axes < 2 else str(tuple(range(axes)))
    np_ = desk.names.numpy(pen)
    array = f'{np_}.asarray({desk.script.code(rows.value)}, dtype="float32")'
    return f"{wanted.threat.size:g} * {np_}.nanstd({array}, axis={axis})"
