"""Prepare the input rows in front of the model: a function in the script, fitted on its training rows."""

from __future__ import annotations

from typing import Any

import libcst as cst
import numpy as np

from lossclinic.core import architecture
from lossclinic.core.preparation import fit_inputs
from lossclinic.core.steps import InputStep, OneHot, Products, Without, step_name
from lossclinic.core.tails import FAR_OUT
from lossclinic.prescribe.arguments import POSITIONS, find, with_argument
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.locate import callee, dotted, receiver
from lossclinic.prescribe.pen import CannotWrite, Pen


def write(desk: Desk, pen: Pen, feed: Feed, steps: list[InputStep]) -> str:
    """Put the function in front of `fit`, and around the rows of `fit` and of every later call of the model.

    Args:
        desk: the script.
        pen: takes the edits.
        feed: what `fit` is fed with.
        steps: the steps to write, in order; all but "standardise", which is a layer of the model.

    Returns:
        The function's name.
    """
    script, fit = desk.script, desk.fit
    if any(isinstance(step, (OneHot, Products)) for step in steps):
        _widen(desk, pen)
    ready = feed.name(desk, "fill_missing" if steps == ["impute"] else "prepare_rows", "prepare_inputs")
    figures, body = _Writer(desk, pen, feed).code(steps)
    inner = "".join(f"    {line}\n" for line in body)
    feed.lines += [*figures, f"def {ready}(rows):\n{inner}    return rows"]
    feed.x = f"{ready}({feed.x})"
    feed.check_x = f"{ready}({feed.check_x})" if feed.check_x else ""
    for call in script.calls:
        if not reads_model(desk, call) or script.start(call) <= script.start(fit):
            continue
        if script.scope(call) is not script.scope(fit) or not call.args or call.args[0].star:
            line = script.start(call)[0]
            raise CannotWrite(f"line {line} predicts where the preparation is not known", "\n".join(feed.lines))
        pen.change(call, lambda now: wrapped(now, ready))
    return ready


class _Writer:
    """The figures that the steps need, and the lines that apply them."""

    def __init__(self, desk: Desk, pen: Pen, feed: Feed) -> None:
        self.desk, self.feed, self.np = desk, feed, desk.names.numpy(pen)
        self.known = feed.name(desk, "known", "known_rows")
        self._medians = ""

    def code(self, steps: list[InputStep]) -> tuple[list[str], list[str]]:
        """(statements before the function, lines of its body)."""
        figures = [f'{self.known} = {self.np}.asarray({self.feed.x}, dtype="float32")']
        body = [f'rows = {self.np}.array(rows, dtype="float32")']
        for at, step in enumerate(steps):
            more, lines = getattr(self, f"_{step_name(step).replace('-', '_')}")(step)
            figures += more
            body += lines
            if isinstance(step, Without) and "clip" in steps[at:]:
                gone = f"{self.np}.isin({self.np}.arange({self.known}.shape[1]), {list(step.columns)})"
                figures.append(f"{self.known} = {self.np}.where({gone}, 0, {self.known})")
            if step == "impute" and {"clip", "log"} & set(steps[at:]):
                # What comes next is fitted on rows without gaps.
                gaps = f"{self.np}.isfinite({self.known})"
                figures.append(f"{self.known} = {self.np}.where({gaps}, {self.known}, {self._medians})")
        return (figures if len(figures) > 1 else []), body

    def _name(self, wish: str) -> str:
        return self.feed.name(self.desk, wish, f"{wish}_of_rows")

    def _fitted(self, step: InputStep) -> Any:
        case = self.desk.case
        fitted = fit_inputs(
            self.desk.treated.inputs, *(part[: case.data.n_train] for part in (case.data.x, case.data.y))
        )
        return next(one for one in fitted if one.step == step)

    def _impute(self, _: InputStep) -> tuple[list[str], list[str]]:
        np_, known, self._medians = self.np, self.known, self._name("medians")
        medians = self._medians
        axes = self.desk.case.data.x.ndim - 1
        axis = "0" if axes <= 1 else str(tuple(range(axes)))
        figure = f"{medians} = {np_}.nanmedian({np_}.where({np_}.isfinite({known}), {known}, {np_}.nan), axis={axis})"
        return [figure], [f"rows = {np_}.where({np_}.isfinite(rows), rows, {medians})"]

    def _without(self, step: Without) -> tuple[list[str], list[str]]:
        return [], [f"rows[:, {list(step.columns)}] = 0  # the target in disguise: not known when predicting"]

    def _drop_constant(self, step: InputStep) -> tuple[list[str], list[str]]:
        spare = np.flatnonzero(self._fitted(step).scale == 0).tolist()
        return [], [f"rows[:, {spare}] = 0  # these columns say nothing that no other says"]

    def _clip(self, _: InputStep) -> tuple[list[str], list[str]]:
        np_, low, high = self.np, self._name("low"), self._name("high")
        reach = f"{FAR_OUT:g} * ({high} - {low})"
        figures = [
            f"{low}, {high} = {np_}.nanquantile({self.known}, [0.25, 0.75], axis=0)",
            f"{low}, {high} = ({np_}.where({high} > {low}, {low} - {reach}, -{np_}.inf), "
            f"{np_}.where({high} > {low}, {high} + {reach}, {np_}.inf))",
        ]
        return figures, [f"rows = {np_}.clip(rows, {low}, {high})"]

    def _log(self, step: InputStep) -> tuple[list[str], list[str]]:
        np_, heavy = self.np, self._name("heavy")
        middle, spread = self._name("middle"), self._name("spread")
        fitted = self._fitted(step)
        columns = np.flatnonzero(fitted.scale > 0)
        rows = self.desk.case.data.x[: self.desk.case.data.n_train][:, columns].astype(np.float64)
        # Where half of the values are equal, their median distance is 0.
        apart = np.nanmedian(np.abs(rows - np.nanmedian(rows, axis=0)), axis=0) > 0
        measure = "nanmedian" if apart.all() else "nanmean"
        figures = [
            f"{heavy} = {columns.tolist()}",
            f"{middle} = {np_}.nanmedian({self.known}[:, {heavy}], axis=0)",
            f"{spread} = {np_}.{measure}({np_}.abs({self.known}[:, {heavy}] - {middle}), axis=0)",
        ]
        body = [
            f"away = (rows[:, {heavy}] - {middle}) / {spread}",
            f"rows[:, {heavy}] = {np_}.sign(away) * {np_}.log1p({np_}.abs(away))",
        ]
        return figures, body

    def _products(self, step: InputStep) -> tuple[list[str], list[str]]:
        fitted, np_ = self._fitted(step), self.np
        parts = ["rows"]
        for pair in fitted.pairs:
            factors = [f"(rows[:, {at}] - {fitted.centre[at]:g}) / {fitted.scale[at]:g}" for at in pair]
            parts.append(f"({factors[0]}) * ({factors[1]})")
        stacked = ",\n        ".join(parts)
        return [], [f'rows = {np_}.column_stack([\n        {stacked},\n    ]).astype("float32")']

    def _one_hot(self, step: OneHot) -> tuple[list[str], list[str]]:
        np_ = self.np
        taken = [at for at, _ in step.codes]
        flags = [f"rows[:, [{at}]] == [{', '.join(f'{code:g}' for code in codes)}]" for at, codes in step.codes]
        parts = ", ".join([f"{np_}.delete(rows, {taken}, axis=1)", *flags])
        return [], [f'rows = {np_}.concatenate([{parts}], axis=1).astype("float32")']


def _widen(desk: Desk, pen: Pen) -> None:
    """Tell the model how many columns it gets, wherever the script says so."""
    shape = architecture.input_shape(desk.treated.model)
    width = str(shape[-1]) if shape else ""
    first = desk.layer(desk.old_layers[0].name)
    positions = POSITIONS.get(callee(first), ())
    moved = "standardise" in desk.treated.inputs and "standardise" not in desk.case.recipe.inputs
    for name, code in (("input_shape", f"({width},)"), ("input_dim", width)):
        if find(first, name, positions) is not None:
            # Layers in front of the first one take its shape over.
            if not moved:
                pen.change(first, lambda now, name=name, code=code: with_argument(now, name, code, positions))
            return
    inputs = [call for call in desk.script.calls if callee(call) in ("Input", "InputLayer")]
    if len(inputs) > 1:
        raise CannotWrite("several inputs are made, and only one of them takes these rows")
    for call in inputs:
        named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        wanted = "input_shape" if "input_shape" in named else "shape"
        pen.change(call, lambda now, wanted=wanted: with_argument(now, wanted, f"({width},)", (wanted,)))


def reads_model(desk: Desk, call: cst.Call) -> bool:
    """Whether a call runs the trained model on rows."""
    owner = receiver(call)
    if owner is not None and desk.script.code(owner) == desk.model_name:
        return callee(call) in ("predict", "evaluate", "predict_on_batch", "test_on_batch")
    if callee(call) in ("predict", "evaluate") and desk.script.scope(call) is not desk.script.scope(desk.fit):
        return True
    return dotted(call.func) == desk.model_name


def wrapped(call: cst.Call, function: str, name: str = "x", position: int = 0) -> cst.Call:
    """The call with one of its arguments passed through a function.

    Args:
        call: the call.
        function: the function's name.
        name: the argument's name.
        position: where it stands if it is not named; a call without it stays as it is.
    """
    args = list(call.args)
    at = next((i for i, arg in enumerate(args) if arg.keyword is not None and arg.keyword.value == name), position)
    if at >= len(args):
        return call
    args[at] = args[at].with_changes(value=cst.Call(func=cst.Name(function), args=[cst.Arg(args[at].value)]))
    return call.with_changes(args=args)
