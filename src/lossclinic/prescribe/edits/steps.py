"""Change what the model does in one training step."""

from __future__ import annotations

from lossclinic.core.recipe import Change
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.pen import CannotWrite, Pen

JAX = """\
# Sharpness-aware minimisation (Foret et al. 2021): each update takes its gradient a step of length rho uphill.
def {step}(state, data, plain_step={model}.train_step, rho={rho:g}):
    weights, others, optimizer_state, metrics = state
    x, y, sample_weight = {unpack}(data)

    def loss(weights):
        return {model}.compute_loss_and_updates(
            weights, others, metrics, x, y, sample_weight, training=True, optimizer_variables=optimizer_state
        )[0]

    slopes = {grad}(loss)(weights)
    length = sum((slope**2).sum() for slope in slopes) ** 0.5 + 1e-12
    uphill = [rho / length * slope for slope in slopes]
    moved = [weight + move for weight, move in zip(weights, uphill)]
    logs, (weights, *rest) = plain_step((moved, others, optimizer_state, metrics), data)
    return logs, ([weight - move for weight, move in zip(weights, uphill)], *rest)"""
TENSORFLOW = """\
# Sharpness-aware minimisation (Foret et al. 2021): each update takes its gradient a step of length rho uphill.
def {step}(data, plain_step={model}.train_step, rho={rho:g}):
    x, y, sample_weight = {unpack}(data)
    weights = [variable.value for variable in {model}.trainable_variables]
    with {tf}.GradientTape() as tape:
        guess = {model}(x, training=True)
        loss = {model}.compute_loss(x=x, y=y, y_pred=guess, sample_weight=sample_weight, training=True)
    slopes = [{tf}.convert_to_tensor(slope) for slope in tape.gradient(loss, weights)]
    length = {tf}.linalg.global_norm(slopes) + 1e-12
    uphill = [rho / length * slope for slope in slopes]
    for weight, move in zip(weights, uphill):
        weight.assign_add(move)
    logs = plain_step(data)
    for weight, move in zip(weights, uphill):
        weight.assign_sub(move)
    return logs"""


def look_uphill(desk: Desk, pen: Pen, change: Change) -> None:
    """Give the model, in front of `fit`, a training step that takes its gradient uphill."""
    if not change.after or change.before:
        raise CannotWrite("the script's own training step would have to change")
    backend = desk.case.observed.backend
    names = {
        "step": desk.script.free("sharp_step", "sharpness_aware_step"),
        "model": desk.model_name,
        "unpack": desk.names.keras(pen, "utils", "unpack_x_y_sample_weight"),
        "rho": change.after,
    }
    if backend == "jax":
        text = JAX.format(**names, grad=_package(desk, pen, "jax", "jax") + ".grad")
    elif backend == "tensorflow":
        text = TENSORFLOW.format(**names, tf=_package(desk, pen, "tensorflow", "tf"))
    else:
        raise CannotWrite(f"two gradients in one step are written for JAX and TensorFlow, not for '{backend}'")
    assignment = f"{desk.model_name}.train_step = {names['step']}"
    statement = desk.script.statement(desk.fit)
    if statement is None:
        raise CannotWrite("`fit` is not called in a statement of its own", f"{text}\n\n{assignment}")
    pen.before(statement, text, assignment)


def _package(desk: Desk, pen: Pen, package: str, name: str) -> str:
    """The script's name for a package; asks for the import where there is none."""
    if package not in desk.names.bound:
        pen.need(f"import {package}" if package == name else f"import {package} as {name}")
    return desk.names.bound.get(package, name)
