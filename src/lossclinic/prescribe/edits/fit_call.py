"""Change the arguments of `fit` and its callbacks."""

from __future__ import annotations

from typing import Any

import libcst as cst

from lossclinic.core.recipe import Change, Stop
from lossclinic.prescribe.arguments import FIT, POSITIONS, find, with_argument, without_argument
from lossclinic.prescribe.code import expression
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.constant import set_argument
from lossclinic.prescribe.items import insert_item
from lossclinic.prescribe.locate import callee
from lossclinic.prescribe.pen import CannotWrite, Pen


def change_argument(desk: Desk, pen: Pen, change: Change) -> None:
    """Set epochs, batch size, shuffling or class weights."""
    value = change.after
    if change.target == "class_weight" and value is not None:
        value = {_key(desk, index): float(f"{weight:.4g}") for index, weight in dict(value).items()}
    code = expression(value, desk.namer(pen))
    if change.target in ("batch_size", "shuffle") and find(desk.fit, "y", FIT) is None:
        raise CannotWrite("the rows come from a data set that does its own batching", f"{change.target}={code}")
    if value is None:
        pen.change(desk.fit, lambda now: without_argument(now, change.target, FIT))
    else:
        set_argument(desk, pen, desk.fit, change.target, code, FIT)


def _key(desk: Desk, index: int) -> int:
    """Keras looks class weights up by the target's own value."""
    task = desk.case.task
    counted = task.one_hot or not task.classes or desk.treated.labels == "counted"
    return int(index) if counted else int(task.classes[int(index)])


def change_stop(desk: Desk, pen: Pen, change: Change, *, validated: bool) -> None:
    """Add, change or remove the `EarlyStopping` callback.

    Args:
        desk: the script.
        pen: takes the edits.
        change: the "stop" change.
        validated: whether the edited fit has validation rows.
    """
    stop = change.after
    old = [call for call in desk.script.calls if callee(call) in ("EarlyStopping", "ModelCheckpoint")]
    if stop is None:
        _drop(desk, pen, old)
        return
    code = stop_code(desk, pen, stop)
    if stop.monitor == "val_loss" and not validated:
        raise CannotWrite("the stop rule needs validation rows", f"callbacks=[{code}]")
    if change.before is not None:
        early = [call for call in old if callee(call) == "EarlyStopping"]
        if len(early) != 1 or len(old) != 1:
            raise CannotWrite("the stop rule in place could not be told", code)
        pen.change(early[0], lambda now: _reworded(now, stop, desk.treated.epochs))
        return
    append_callback(desk, pen, code)


def stop_code(desk: Desk, pen: Pen, stop: Stop) -> str:
    """The callback for a stop rule; without a patience it never stops and only keeps the best weights."""
    patience = desk.treated.epochs if stop.patience is None else stop.patience
    parts = [f'monitor="{stop.monitor}"', f"patience={patience}"]
    parts += [f"min_delta={stop.min_delta:g}"] if stop.min_delta else []
    parts += ["restore_best_weights=True"] if stop.restore_best else []
    return f"{desk.names.keras(pen, 'callbacks', 'EarlyStopping')}({', '.join(parts)})"


def _reworded(call: cst.Call, stop: Stop, epochs: int) -> cst.Call:
    names = POSITIONS["EarlyStopping"]
    patience = epochs if stop.patience is None else stop.patience
    call = with_argument(call, "monitor", f'"{stop.monitor}"', names)
    call = with_argument(call, "patience", str(patience), names)
    # What the script says beyond the rule must go, or it would stand beside the new one.
    said = {
        "min_delta": f"{stop.min_delta:g}" if stop.min_delta else None,
        "mode": '"max"' if stop.mode == "max" else None,
        "baseline": None if stop.baseline is None else f"{stop.baseline:g}",
        "start_from_epoch": str(stop.start_from) if stop.start_from else None,
    }
    for name, code in said.items():
        call = without_argument(call, name, names) if code is None else with_argument(call, name, code, names)
    return with_argument(call, "restore_best_weights", str(stop.restore_best), names)


def append_callback(desk: Desk, pen: Pen, code: str) -> None:
    """Add a callback to whatever `callbacks` is given as."""
    given = find(desk.fit, "callbacks", FIT)
    value: Any = given.value if given is not None else None
    if isinstance(value, cst.List):
        pen.insert(value, len(value.elements), code)
        return
    if value is None or (isinstance(value, cst.Name) and value.value == "None"):
        written = f"[{code}]"
    elif _is_callback(value):
        written = f"[{desk.script.code(value)}, {code}]"
    else:
        made = desk.script.assignments(value.value) if isinstance(value, cst.Name) else []
        kinds = {isinstance(item, (cst.List, cst.Tuple, cst.ListComp)) for item in made}
        if isinstance(value, cst.Tuple) or kinds == {True}:
            written = f"[*{desk.script.code(value)}, {code}]"
        elif made and all(_is_callback(item) for item in made):
            written = f"[{desk.script.code(value)}, {code}]"
        else:
            raise CannotWrite("what `callbacks` holds cannot be told from the script", code)
    pen.change(desk.fit, lambda now: _with_callback(now, code, written))


def _with_callback(call: cst.Call, code: str, written: str) -> cst.Call:
    """The call with one more callback: behind those that an edit before this one has written, or as `written` says."""
    given = find(call, "callbacks", FIT)
    if given is None or not isinstance(given.value, cst.List):
        return with_argument(call, "callbacks", written, FIT)
    items = insert_item(given.value.elements, len(given.value.elements), cst.Element(cst.parse_expression(code)), None)
    return call.deep_replace(given.value, given.value.with_changes(elements=items))  # pyright: ignore[reportReturnType]


def _is_callback(value: cst.BaseExpression) -> bool:
    """Whether an expression makes one callback: a call of a class, by the spelling of its name."""
    return isinstance(value, cst.Call) and callee(value)[:1].isupper()


def _drop(desk: Desk, pen: Pen, old: list[cst.Call]) -> None:
    holder = desk.script.parents[desk.script.parents[old[0]]] if len(old) == 1 else None
    if not isinstance(holder, cst.List):
        raise CannotWrite("the stop rule in place could not be told")
    at = [element.value is old[0] for element in holder.elements].index(True)
    pen.drop(holder, at)
