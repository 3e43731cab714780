"""Change the rows themselves: split, gaps, scale, class shares, targets. All of it happens right before `fit`."""

from __future__ import annotations

import re

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.core.steps import InputStep, OneHot, Products
from lossclinic.engine.smote import sampler_for
from lossclinic.prescribe.arguments import COMPILE, FIT, find, with_argument
from lossclinic.prescribe.code import loss_code
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits import feed as feeds
from lossclinic.prescribe.edits import preparing
from lossclinic.prescribe.edits.balance import draw_balanced
from lossclinic.prescribe.edits.copies import weigh_copies
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.edits.front import STANDARDISE
from lossclinic.prescribe.edits.mixing import mix
from lossclinic.prescribe.edits.preparing import reads_model, wrapped
from lossclinic.prescribe.edits.rebinding import check_rebinding
from lossclinic.prescribe.edits.suspects import weigh_suspects
from lossclinic.prescribe.locate import callee
from lossclinic.prescribe.pen import CannotWrite, Pen

SAMPLERS = {
    "oversample": ("RandomOverSampler", "over_sampling"),
    "undersample": ("RandomUnderSampler", "under_sampling"),
}
MOST_LISTED = 20
"""Labels that are spelled out in the script."""


def write(desk: Desk, pen: Pen, kinds: set[str]) -> bool:
    """Write the changes of the rows.

    Args:
        desk: the script.
        pen: takes the edits.
        kinds: which of "split", "inputs", "labels", "target-shape", "suspects", "copies",
            "resampling", "targets", "log-targets", "mixup" to write.

    Returns:
        Whether the edited fit has validation rows.
    """
    feed = feeds.read(desk)
    new_inputs: list[InputStep] = [step for step in desk.treated.inputs if step not in desk.case.recipe.inputs]
    if "split" in kinds:
        _split(desk, pen, feed)
    if "target-shape" in kinds:
        np_ = desk.names.numpy(pen)
        feed.check_y = f"{np_}.asarray({feed.check_y}).reshape(len({feed.check_y}), -1)" if feed.check_y else ""
        feed.y = feed.bind(desk, f"{np_}.asarray({feed.y}).reshape(len({feed.y}), -1)", "y_rows", "flat_targets")
    if "labels" in kinds:
        _count(desk, pen, feed)
    late = {"resampling", "targets", "log-targets", "suspects", "copies", "mixup"}
    if kinds & late or ("inputs" in kinds and feed.tail):
        feeds.cut_tail(desk, feed)
    if "suspects" in kinds:  # judged as they come, in the experiment as here
        weigh_suspects(desk, pen, feed)
    if "copies" in kinds:
        weigh_copies(desk, pen, feed)
    steps: list[InputStep] = [step for step in new_inputs if step != "standardise"]
    steps = steps if "inputs" in kinds else []
    # Synthetic rows take over whole codes, so the codes are encoded behind that.
    taken_over = "resampling" in kinds and desk.treated.resampling and desk.treated.resampling.categories
    encoding: list[InputStep] = [step for step in steps if taken_over and isinstance(step, OneHot)]
    steps = [step for step in steps if step not in encoding]
    if steps:
        preparing.write(desk, pen, feed, steps)
    dealt = feed.x
    if "resampling" in kinds:
        _resample(desk, pen, feed, steps)
    if encoding:
        dealt = f"{preparing.write(desk, pen, feed, encoding)}({dealt})"
    if "inputs" in kinds and "standardise" in new_inputs:
        _adapt(desk, pen, feed, dealt)
    if kinds & {"targets", "log-targets"}:
        _targets(desk, pen, feed, log="log-targets" in kinds, standardise="targets" in kinds)
    if "mixup" in kinds:
        mix(desk, pen, feed)
    feeds.write(desk, pen, feed)
    return bool(feed.check_x or feed.tail)


def _split(desk: Desk, pen: Pen, feed: Feed) -> None:
    before, after = desk.case.recipe.split, desk.treated.split
    divide = desk.names.other(pen, "sklearn.model_selection", "train_test_split")
    options = f"test_size={after.fraction:g}, random_state=0"
    if after.kind != "shuffled" or before.kind not in ("none", "tail"):
        raise CannotWrite(
            f"the script's own validation rows ({before.kind}) would have to be put together with its training rows",
            f"x_train, x_val, y_train, y_val = {divide}(x, y, {options})",
        )
    array = "{}"
    if re.search(r"\b(constant|convert_to_tensor|from_numpy|tensor)\(", desk.script.module.code):
        array = desk.names.numpy(pen) + ".asarray({})"
    parts = [feed.x, feed.y, *([feed.weight] if feed.weight else [])]
    names: list[str] = []
    for part, stem in zip(parts, (_stem(feed.x, "x"), _stem(feed.y, "y"), "weight"), strict=False):
        wish = f"{stem}_train" if part != f"{stem}_train" else f"{stem}_fit"
        names.append(feed.name(desk, wish, f"{stem}_fit"))
        names.append(feed.name(desk, f"{stem}_val", f"{stem}_valid", f"{stem}_held_out"))
    if _can_stratify(desk.case.recipe, desk):
        options += f", stratify={array.format(feed.y)}"
    given = ", ".join(array.format(part) for part in parts)
    feed.lines.append(f"{', '.join(names)} = {divide}({given}, {options})")
    feed.x, feed.check_x, feed.y, feed.check_y = names[:4]
    feed.weight, feed.check_rest = (names[4], f", {names[5]}") if feed.weight else ("", "")
    feed.tail = ""


def _stem(name: str, otherwise: str) -> str:
    stem = re.sub(r"_(train|tr|rows|all|fit)$", "", name)
    return stem if (stem.isidentifier() and stem != name) or len(name) <= 12 else otherwise


def _can_stratify(recipe: Recipe, desk: Desk) -> bool:
    task, data = desk.case.task, desk.case.data
    if not task.is_classes:
        return False
    counts = np.bincount(task.encode(data.y[: data.n_train]), minlength=len(task.classes))
    return bool(counts[counts > 0].min() >= 2)


def _count(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Number the labels from 0 for `fit`, and for whatever scores the model behind it."""
    np_, task = desk.names.numpy(pen), desk.case.task
    whole = [int(value) if value == int(value) else value for value in task.classes]
    labels, count = feed.name(desk, "labels", "known_labels"), feed.name(desk, "count_labels")
    listed = str(whole) if len(whole) <= MOST_LISTED else f"{np_}.unique({np_}.asarray({feed.y}))"
    feed.lines += [
        f"# The losses of Keras count classes from 0: class k of the predictions is {labels}[k].\n{labels} = {listed}",
        f"def {count}(rows):\n    return {np_}.searchsorted({labels}, {np_}.asarray(rows))",
    ]
    feed.y = f"{count}({feed.y})"
    feed.check_y = f"{count}({feed.check_y})" if feed.check_y else ""
    weights = desk.treated.class_weight
    if weights is not None and weights == desk.case.recipe.class_weight:  # Keras looks them up by label
        code = str({k: float(f"{weight:.4g}") for k, weight in sorted(weights.items())})
        pen.change(desk.fit, lambda now: with_argument(now, "class_weight", code, FIT))
    for call in desk.script.calls:
        later = desk.script.start(call) > desk.script.start(desk.fit)
        scored = later and callee(call) in ("evaluate", "test_on_batch") and reads_model(desk, call)
        if scored and desk.script.scope(call) is desk.script.scope(desk.fit):
            pen.change(call, lambda now: wrapped(now, count, "y", 1))


def _adapt(desk: Desk, pen: Pen, feed: Feed, x: str) -> None:
    np_ = desk.names.numpy(pen)
    rows = f'{np_}.asarray({x}, dtype="float32")'
    shape = architecture.input_shape(desk.case.recipe.model)
    if desk.case.data.x.ndim == 1 or (shape is not None and len(shape) == 2 and shape[-1] == 1):
        rows += ".reshape(-1, 1)"
    feed.lines.append(f'{desk.model_name}.get_layer("{STANDARDISE}").adapt({rows})')


def _resample(desk: Desk, pen: Pen, feed: Feed, steps: list[InputStep]) -> None:
    wanted, data, task = desk.treated.resampling, desk.case.data, desk.case.task
    if wanted is None or desk.case.recipe.resampling is not None:
        raise CannotWrite("the script resamples its rows itself")
    if wanted.kind == "batches":
        draw_balanced(desk, pen, feed)
        return
    name, module = SAMPLERS.get(wanted.kind, ("", "over_sampling"))
    options = "random_state=0"
    if wanted.kind == "smote":
        name, options = _smote(desk, wanted, steps)
    sampler = f"{desk.names.other(pen, f'imblearn.{module}', name)}({options})"
    if feed.weight or data.x.ndim != 2:
        raise CannotWrite(
            "resampling needs plain rows of numbers without sample weights", f"x, y = {sampler}.fit_resample(x, y)"
        )
    x, y = feed.name(desk, "x_balanced"), feed.name(desk, "y_balanced")
    targets = feed.y if task.one_hot else f"{desk.names.numpy(pen)}.ravel({feed.y})"
    if "standardise" in desk.treated.inputs and name in ("SMOTE", "SMOTENC"):
        # Neighbours are looked for among scaled rows, as in the experiment; the model scales for itself.
        scaler = desk.names.other(pen, "sklearn.preprocessing", "StandardScaler")
        held = feed.name(desk, "scaler")
        feed.lines.append(f"{held} = {scaler}().fit({feed.x})")
        if wanted.categories:
            at = list(wanted.categories)
            feed.lines.append(f"{held}.mean_[{at}], {held}.scale_[{at}] = 0, 1  # codes stay as they are")
        feed.lines.append(f"{x}, {y} = {sampler}.fit_resample({held}.transform({feed.x}), {targets})")
        feed.lines.append(f"{x} = {held}.inverse_transform({x})")
    else:
        # The samplers round to whole numbers where the rows are of that type.
        whole = wanted.categories or (wanted.kind == "smote" and data.x.dtype.kind in "iub")
        rows = f'{desk.names.numpy(pen)}.asarray({feed.x}, dtype="float32")' if whole and not steps else feed.x
        feed.lines.append(f"{x}, {y} = {sampler}.fit_resample({rows}, {targets})")
    feed.x, feed.y = x, y


def _smote(desk: Desk, wanted: Resampling, steps: list[InputStep]) -> tuple[str, str]:
    """The sampler for rows behind these steps, and its arguments."""
    data, task, split = desk.case.data, desk.case.task, desk.treated.split
    counts = np.bincount(task.encode(data.y[: data.n_train]), minlength=len(task.classes))
    share = 1 - (split.fraction if split.kind in ("tail", "shuffled") else 0)
    fewest = int(counts[counts > 0].min() * share * 0.9)
    options = f"k_neighbors={max(min(wanted.neighbours, fewest - 1), 1)}, random_state=0"
    codes = len(wanted.categories)
    name = sampler_for(data.x.shape[-1] - codes + sum(isinstance(step, Products) for step in steps), codes)
    if name == "SMOTENC":
        options = f"categorical_features={list(wanted.categories)}, {options}"
    return name, options


def _targets(desk: Desk, pen: Pen, feed: Feed, *, log: bool, standardise: bool) -> None:
    np_, script = desk.names.numpy(pen), desk.script
    as_array = f"{np_}.log1p({np_}.asarray({{}}))" if log else f"{np_}.asarray({{}})"
    lines: list[str] = []
    scaled, back = as_array, _back(desk, pen, log=log)
    if standardise:
        mean, std = feed.name(desk, "y_mean"), feed.name(desk, "y_std")
        rows = as_array.format(f'{feed.y}, dtype="float32"') if not log else as_array.format(feed.y)
        lines = [f"{mean} = {np_}.mean({rows}, axis=0)", f"{std} = {np_}.std({rows}, axis=0)"]
        scaled = f"({as_array} - {mean}) / {std}"
        back = [f"{desk.names.keras(pen, 'layers', 'Rescaling')}(scale={std}, offset={mean})", *back]
    check_rebinding(desk, "\n".join(lines or [scaled.format("y")]))
    loss = find(desk.compile, "loss", COMPILE)
    metrics = find(desk.compile, "metrics", COMPILE)
    changed = desk.case.recipe.loss != desk.treated.loss
    text = loss_code(desk.treated.loss, desk.namer(pen)) if changed or loss is None else script.code(loss.value)
    measured = f", metrics={script.code(metrics.value)}" if metrics is not None else ""
    model, pieces = desk.model_name, {n: desk.names.keras(pen, "", n) for n in ("Sequential", "Input")}
    feed.lines += lines
    feed.y = scaled.format(feed.y)
    feed.check_y = scaled.format(feed.check_y) if feed.check_y else ""
    feed.after += [
        f"{model} = {pieces['Sequential']}([{pieces['Input']}(shape={model}.input_shape[1:]), {model}, "
        f"{', '.join(back)}])",
        f"{model}.compile(loss={text}{measured})",
    ]


def _back(desk: Desk, pen: Pen, *, log: bool) -> list[str]:
    """Layers that turn log(1 + y) into y."""
    if not log:
        return []
    power, minus_one = (desk.names.keras(pen, "layers", name) for name in ("Activation", "Rescaling"))
    return [f'{power}("exponential")', f"{minus_one}(scale=1.0, offset=-1.0)"]
