"""Change how callbacks set the learning rate from epoch to epoch."""

from __future__ import annotations

import libcst as cst

from lossclinic.core.recipe import Change, Cosine, Plateau, Scheduled
from lossclinic.prescribe.arguments import find, with_argument
from lossclinic.prescribe.code import tidy
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.fit_call import append_callback
from lossclinic.prescribe.locate import callee
from lossclinic.prescribe.pen import CannotWrite, Pen


def change_pace(desk: Desk, pen: Pen, change: Change, *, validated: bool) -> None:
    """Add a callback that changes the learning rate, or scale what the script's own one says.

    Args:
        desk: the script.
        pen: takes the edits.
        change: the "pace" change.
        validated: whether the edited fit has validation rows.
    """
    (before, _), (after, rate) = change.before, change.after
    if before is None and isinstance(after, Cosine):
        append_callback(desk, pen, _cosine(desk, pen, after, rate))
    elif before is None and isinstance(after, Plateau):
        code = _plateau(desk, pen, after)
        if after.monitor == "val_loss" and not validated:
            raise CannotWrite("the callback watches the validation loss and needs validation rows", code)
        append_callback(desk, pen, code)
    else:
        _scale(desk, pen, change)


def _cosine(desk: Desk, pen: Pen, pace: Cosine, rate: float) -> str:
    """Keras' own schedule, asked once for each epoch."""
    schedule = desk.names.keras(pen, "optimizers.schedules", "CosineDecay")
    epochs, top = desk.treated.epochs, repr(tidy(float(rate)))
    arguments = f"{top}, {epochs}"
    if pace.warm_up:
        first = repr(tidy(float(f"{rate / (pace.warm_up + 1):.6g}")))
        arguments = f"{first}, {epochs - pace.warm_up}, warmup_target={top}, warmup_steps={pace.warm_up}"
    callback = desk.names.keras(pen, "callbacks", "LearningRateScheduler")
    return f"{callback}(lambda epoch: float({schedule}({arguments})(epoch)))"


def _plateau(desk: Desk, pen: Pen, pace: Plateau) -> str:
    callback = desk.names.keras(pen, "callbacks", "ReduceLROnPlateau")
    return f'{callback}(monitor="{pace.monitor}", factor={tidy(pace.factor)!r}, patience={pace.patience})'


def _scale(desk: Desk, pen: Pen, change: Change) -> None:
    """Scale what the function of the `LearningRateScheduler` says.

    It sets the rate itself, so a changed rate of the optimizer alone would train as before.
    """
    (before, old), (after, new) = change.before, change.after
    if before != after or not isinstance(before, Scheduled):
        raise CannotWrite("the callback that changes the learning rate is the script's own")
    made = [call for call in desk.script.calls if callee(call) == "LearningRateScheduler"]
    given = find(made[0], "schedule", ("schedule",)) if len(made) == 1 else None
    factor = f"{new / old:.6g}"
    inner = "epoch" if before.arguments == 1 else f"epoch, rate / {factor}"
    if given is None:
        why = "the function that sets the learning rate could not be told"
        raise CannotWrite(why, f"LearningRateScheduler(lambda epoch, rate: {factor} * schedule({inner}))")
    name = desk.script.code(given.value)
    called = name if isinstance(given.value, (cst.Name, cst.Attribute)) else f"({name})"
    code = f"lambda epoch, rate: {factor} * {called}({inner})"
    pen.change(made[0], lambda now: with_argument(now, "schedule", code, ("schedule",)))
