"""From the difference of two recipes to an edited script: what can be written safely is, the rest is told."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from lossclinic.core.case import Case
from lossclinic.core.recipe import Change, Recipe
from lossclinic.core.report import ToPaste
from lossclinic.prescribe.code import loss_code, optimizer_code
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits import adversarial, compile_call, data, fit_call, front, layers, members, pace, steps
from lossclinic.prescribe.edits.threshold import change_threshold
from lossclinic.prescribe.locate import Script, callee
from lossclinic.prescribe.names import Names
from lossclinic.prescribe.pen import CannotWrite, Pen
from lossclinic.prescribe.words import describe

ROWS = {
    *("split", "inputs", "labels", "target-shape", "suspects", "copies"),
    *("resampling", "targets", "log-targets", "mixup"),
}


@dataclass(frozen=True)
class Edited:
    """An edited script.

    Attributes:
        text: the whole new text.
        diff: unified diff from the old text to the new one; "" where nothing was written.
        unwritten: changes that could not be written, with the code to paste.
        notes: what else a reader of the diff should know.
    """

    text: str
    diff: str
    unwritten: tuple[ToPaste, ...] = ()
    notes: tuple[str, ...] = ()


def edit_script(source_text: str, case: Case, treated: Recipe) -> Edited:
    """Write the change from `case.recipe` to `treated` into the script.

    Each change is either written whole or handed back as something to paste; changes that lean on one
    that could not be written are handed back too. The result always compiles.

    Args:
        source_text: the script.
        case: the training, with its places in the script.
        treated: what the training shall become.
    """
    wanted = case.recipe.diff(treated)
    if not wanted:
        return Edited(source_text, "")
    try:
        script = Script(source_text)
    except cst.ParserSyntaxError as error:
        why = f"the script could not be parsed ({error.message})"
        return Edited(source_text, "", tuple(ToPaste(describe(c), "", why) for c in wanted))
    desk = Desk(script, Names(script), case, treated, wanted)
    text, kept, unwritten = source_text, [], []
    for change in wanted:
        try:
            text = _written(desk, (*kept, change))
            kept.append(change)
        except CannotWrite as reason:
            unwritten.append(ToPaste(describe(change), reason.code or _code(desk, change), reason.why))
    diff = unified_diff(source_text, text, Path(case.source.script or "script.py").name)
    return Edited(text, diff, tuple(unwritten), _notes(desk) if kept else ())


def unified_diff(before: str, after: str, name: str) -> str:
    """A diff that `patch -p1` and `git apply` understand; "" for equal texts."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _written(desk: Desk, changes: tuple[Change, ...]) -> str:
    """The text with these changes; raises `CannotWrite`."""
    pen = Pen(desk.script.module)
    kinds = {change.kind for change in changes}
    for change in changes:
        if change.kind in _SINGLE:
            _SINGLE[change.kind](desk, pen, change)
    inserted = [change.target for change in changes if change.kind == "insert-layer"]
    new_inputs = set(desk.treated.inputs) - set(desk.case.recipe.inputs)
    _check_inputs(desk, kinds)
    _insert(desk, pen, inserted, "inputs" in kinds and "standardise" in new_inputs, "augmentation" in kinds)
    validated = desk.case.recipe.split.kind != "none"
    if kinds & ROWS:
        validated = data.write(desk, pen, kinds & ROWS)
    for change in changes:
        if change.kind == "stop":
            fit_call.change_stop(desk, pen, change, validated=validated)
        elif change.kind == "pace":
            pace.change_pace(desk, pen, change, validated=validated)
    try:
        text = pen.write(desk.names.last_import)
        compile(text, "<edited script>", "exec")
    except (SyntaxError, ValueError, cst.CSTValidationError, cst.ParserSyntaxError) as error:
        raise CannotWrite(f"the edited script would not compile ({error})") from error
    return text


def _check_inputs(desk: Desk, kinds: set[str]) -> None:
    old, new = desk.case.recipe, desk.treated
    if "inputs" in kinds and not set(old.inputs) <= set(new.inputs):
        raise CannotWrite("the script's own preparation would have to go")
    if "augmentation" in kinds and old.augmentation:
        raise CannotWrite("the script's own augmentation would have to change")
    if "loss" in kinds and new.mixup and not old.mixup and "mixup" not in kinds:
        raise CannotWrite("this loss goes with mixed rows, which could not be written")
    if ("targets" in kinds and not new.standardise_targets) or ("log-targets" in kinds and not new.log_targets):
        raise CannotWrite("the script's own scaling of the targets would have to go")


def _insert(desk: Desk, pen: Pen, names: list[str], standardise: bool, augment: bool) -> None:
    groups = layers.runs(desk)
    if (names or standardise or augment) and ".layers[" in desk.script.module.code:
        raise CannotWrite("the script reads the model's layers by position, which would shift")
    at_front = [layer.name for layer in groups.get("", ()) if layer.name in names]
    if at_front or standardise or augment:
        front.write(desk, pen, standardise=standardise, augment=augment, new=at_front)
    placed = set(at_front)
    for anchor, group in groups.items():
        here = [layer.name for layer in group if layer.name in names]
        if anchor and here:
            layers.insert(desk, pen, anchor, here)
        placed |= set(here)
    if set(names) - placed:
        raise CannotWrite("the new layer does not follow one layer alone")


def _initial(desk: Desk, pen: Pen, change: Change) -> None:
    raise CannotWrite(
        "the lines that give the model its weights are the script's own", "model = keras.models.clone_model(model)"
    )


_SINGLE: dict[str, Callable[[Desk, Pen, Change], None]] = {
    "layer-argument": layers.change_argument,
    "remove-layer": layers.remove,
    "loss": lambda desk, pen, _: compile_call.change_loss(desk, pen),
    "optimizer": lambda desk, pen, _: compile_call.change_optimizer(desk, pen),
    "optimizer-argument": compile_call.change_optimizer_argument,
    "fit-argument": fit_call.change_argument,
    "sharpness": steps.look_uphill,
    "ensemble": members.average,
    "adversarial": adversarial.change_rows,
    "initial-weights": _initial,
    "threshold": change_threshold,
}


def _code(desk: Desk, change: Change) -> str:
    """What to paste where the edit itself could not tell."""
    pen = Pen(desk.script.module)
    namer = desk.namer(pen)
    if change.kind == "loss":
        return f"loss={loss_code(desk.treated.loss, namer)}"
    if change.kind in ("optimizer", "optimizer-argument"):
        return f"optimizer={optimizer_code(desk.treated.optimizer, namer)}"
    if change.kind == "insert-layer":
        layer = next(layer for layer in desk.new_layers if layer.name == change.target)
        return layers.layer_code(desk, pen, layer, None)
    if change.kind == "stop" and change.after is not None:
        return f"callbacks=[{fit_call.stop_code(desk, pen, change.after)}]"
    if change.kind == "inputs" and "standardise" in desk.treated.inputs:
        layer = namer("layers", "Normalization")
        return f"scale = {layer}()\nscale.adapt(x_train)  # the first layer of the model"
    return ""


def _notes(desk: Desk) -> tuple[str, ...]:
    """Say where an edited function serves more than this training."""
    notes: list[str] = []
    nodes = [*desk.calls.values(), *([desk.compile_call] if desk.compile_call else [])]
    functions = {scope for node in nodes if isinstance(scope := desk.script.scope(node), cst.FunctionDef)}
    for function in sorted(functions, key=desk.script.start):
        uses = [call for call in desk.script.calls if callee(call) == function.name.value]
        if len(uses) > 1:
            lines = ", ".join(str(desk.script.start(call)[0]) for call in uses)
            notes.append(f"`{function.name.value}` is called in lines {lines}: the edit changes all of their models.")
    return tuple(notes)
