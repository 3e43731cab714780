"""Changes of a recipe in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lossclinic.core.architecture import SKIP
from lossclinic.core.canonical import Json
from lossclinic.core.recipe import Change, Cosine, Plateau
from lossclinic.core.steps import InputStep, OneHot, Products, Without, step_name
from lossclinic.prescribe.code import arguments, simplified, snake, tidy

INPUTS = {
    "impute": "Fill missing inputs with each column's median (fitted on training rows).",
    "drop-constant": "Set to 0 the input columns that hold one value, or the same values as another.",
    "clip": "Move input values that are far out (three interquartile ranges beyond the quartiles) to that edge "
    "(fitted on training rows).",
    "log": "In input columns with a heavy tail, take the logarithm of 1 plus the distance from the median, with its "
    "sign (fitted on training rows).",
    "standardise": "Standardise the inputs: subtract each column's mean, divide by its deviation "
    "(fitted on training rows).",
}
RESAMPLING = {
    "smote": "Balance the classes of the training rows with synthetic rows between neighbours (SMOTE).",
    "oversample": "Balance the classes of the training rows by repeating rows of the rare classes.",
    "batches": "Draw every batch from all classes in equal shares; an epoch keeps its number of rows.",
    "undersample": "Balance the classes of the training rows by leaving out rows of the frequent classes.",
}


def describe(change: Change) -> str:
    """One change as one or two plain sentences, ready for the report."""
    return _WORDS.get(change.kind, _other)(change)


def short(value: Any) -> str:
    """A value for people: strings bare, floats short, objects by class and arguments."""
    value = simplified(value)
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{tidy(value):g}"
    if isinstance(value, dict) and "class_name" in value:
        inner = ", ".join(f"{key}={short(item)}" for key, item in arguments(value).items())
        return f"{value['class_name']}({inner})" if inner else str(value["class_name"])
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return ", ".join(short(item) for item in value)
    return str(value)


def _layer_argument(change: Change) -> str:
    if change.argument == "trainable":
        return f"Let layer `{change.target}` learn." if change.after else f"Freeze layer `{change.target}`."
    if change.before is None:
        return f"In layer `{change.target}` set {change.argument} to {short(change.after)}."
    if change.after is None:
        return f"In layer `{change.target}` drop {change.argument} {short(change.before)}."
    if change.argument in ("units", "filters"):
        return (
            f"Give layer `{change.target}` {short(change.after)} {change.argument} instead of {short(change.before)}."
        )
    return f"In layer `{change.target}` use {change.argument} {short(change.after)} instead of {short(change.before)}."


def _insert(change: Change) -> str:
    if change.target.startswith(SKIP):
        source = change.target.removeprefix(SKIP)
        return f"Bypass the layers behind `{source}` up to `{change.argument}` with a skip connection (Add)."
    where = f"behind layer `{change.argument}`" if change.argument else "in front of the first layer"
    return f"Add a {short(change.after)} layer {where}."


def _remove(change: Change) -> str:
    return f"Remove layer `{change.target}` ({change.before['class_name']})."


def _optimizer_name(value: Json) -> str:
    rate = value["config"].get("learning_rate")
    others = {k: v for k, v in arguments(value).items() if k != "learning_rate"}
    inner = [f"learning rate {short(rate)}"] if rate is not None else []
    inner += [f"{key} {short(item)}" for key, item in others.items()]
    return f"{value['class_name']} ({', '.join(inner)})"


def _optimizer(change: Change) -> str:
    return f"Train with {_optimizer_name(change.after)} instead of {_optimizer_name(change.before)}."


def _optimizer_argument(change: Change) -> str:
    if change.argument == "clipnorm" and change.after is not None and change.before is None:
        return f"Clip the gradient of each weight array to a length of {short(change.after)}."
    if change.argument == "use_ema":
        return (
            "Let the optimizer keep a moving average of the weights, which takes their place when training ends."
            if change.after
            else "Predict with the last weights, not with an average of them."
        )
    if change.argument == "ema_momentum" and isinstance(change.after, float) and change.after < 1:
        reach = f"{1 / (1 - change.after):.0f}"
        return f"Let the average reach back over about {reach} updates (momentum {change.after:g})."
    return f"Use {change.argument.replace('_', ' ')} {short(change.after)} instead of {short(change.before)}."


def _loss_name(value: Json) -> str:
    name = str(simplified(value)) if value["class_name"] == "function" else snake(value["class_name"])
    logits = " on logits" if isinstance(value["config"], dict) and value["config"].get("from_logits") else ""
    return name.replace("_", " ") + logits


def _loss(change: Change) -> str:
    return f"Train with {_loss_name(change.after)} as loss instead of {_loss_name(change.before)}."


def _fit_argument(change: Change) -> str:
    if change.target == "epochs":
        return f"Train for {change.after} epochs instead of {change.before}."
    if change.target == "batch_size":
        return f"Use batches of {change.after} rows instead of {change.before}."
    if change.target == "shuffle":
        return "Shuffle the training rows each epoch." if change.after else "Keep the training rows in order."
    if change.after is None:
        return "Give every class the same weight."
    return f"Weigh the classes in the loss: {short(dict(change.after))}."


def _split(change: Change) -> str:
    if change.after.kind == "shuffled":
        share = f"{change.after.fraction:.0%}"
        return f"Keep {share} of the rows, drawn at random (every class in its share), for validation."
    if change.after.kind == "none":
        return "Train on all rows, without validation rows."
    return f"Keep {change.after.fraction:.0%} of the rows for validation ({change.after.kind})."


def _stop(change: Change) -> str:
    stop = change.after
    if stop is None:
        return "Train for all epochs, without a stop rule."
    monitored = "validation loss" if stop.monitor == "val_loss" else "training loss"
    kept = " and keep the weights of the best epoch" if stop.restore_best else ""
    if stop.patience is None and change.before is not None and change.before.patience is not None:
        best = f" and keep the weights of the epoch with the lowest {monitored}" if stop.restore_best else ""
        return f"Train for all epochs{best}."
    if stop.patience is None:
        return f"Keep the weights of the epoch with the lowest {monitored}."
    least = f" by {short(stop.min_delta)}" if stop.min_delta else ""
    return f"Stop when the {monitored} has not improved{least} for {stop.patience} epochs{kept}."


def _pace(change: Change) -> str:
    (before, old), (after, new) = change.before, change.after
    if before == after:
        factor = short(new / old)
        return f"Multiply what the function of the `LearningRateScheduler` says by {factor}: it sets the rate itself."
    if after is None:
        return "Let no callback change the learning rate."
    if isinstance(after, Cosine):
        rise = f", after a rise over the first {after.warm_up} epochs" if after.warm_up else ""
        return f"Let the learning rate fall from {short(new)} to 0 along a cosine over the epochs{rise}."
    if isinstance(after, Plateau):
        return (
            f"Multiply the learning rate by {short(after.factor)} whenever the loss has not improved for "
            f"{after.patience} epochs."
        )
    return f"Set the learning rate of each epoch to these multiples of {short(new)}: {short(after.factors)}."


def _inputs(change: Change) -> str:
    gone = [step_name(s) for s in change.before if s not in change.after]
    new = [_input_step(s) for s in change.after if s not in change.before]
    return " ".join([*new, *(f"Leave out the input step: {step}." for step in gone)]) or "Reorder the input steps."


def _input_step(step: InputStep) -> str:
    if isinstance(step, OneHot):
        return f"Replace input {_columns([at for at, _ in step.codes])} by one 0/1 column for each code."
    if isinstance(step, Products):
        which = f"{step.count} input column{'' if step.count == 1 else 's'}"
        return (
            f"Add {which}: products of the pairs of (standardised) columns that say most beyond a straight line "
            "(chosen on training rows)."
        )
    if isinstance(step, Without):
        return f"Set input {_columns(step.columns)} to 0, so that nothing is learned from what says the target alone."
    return INPUTS[step]


def _columns(numbers: Sequence[int]) -> str:
    told = ", ".join(str(at) for at in numbers)
    return f"column{'' if len(numbers) == 1 else 's'} {told} (counted from 0)"


def _labels(change: Change) -> str:
    if change.after == "given":
        return "Train on the labels as they are."
    return "Count the classes from 0, in the order of their labels, before training: that is how the loss reads them."


def _target_shape(change: Change) -> str:
    if not change.after:
        return "Train on the targets in the shape that they have."
    return "Give the targets the shape (rows, columns) of the output, so that the loss compares row with row."


def _suspects(change: Change) -> str:
    if not change.after:
        return "Train on all rows, whatever their targets."
    return (
        "Leave out training rows whose target contradicts rows like them (weight 0), "
        "each judged by trees that have not seen it."
    )


def _copies(change: Change) -> str:
    if not change.after:
        return "Train on all rows, whether or not they are among the validation rows too."
    return (
        "Leave out training rows that are among the validation rows too, target included (weight 0): "
        "a copy is recognised, not predicted."
    )


def _targets(change: Change) -> str:
    if not change.after:
        return "Train on the targets in their own units."
    return (
        "Standardise the targets: train on (y - mean) / deviation of the training targets, and undo it on predictions."
    )


def _log_targets(change: Change) -> str:
    if not change.after:
        return "Train on the targets themselves, not on their logarithms."
    return "Train on log(1 + y) of the targets, and turn predictions back."


def _resampling(change: Change) -> str:
    if not change.after:
        return "Train on the rows as they are, without resampling."
    codes = f" In input {_columns(change.after.categories)} they take the commonest code among their neighbours."
    return RESAMPLING[change.after.kind] + (codes if change.after.categories else "")


def _threshold(change: Change) -> str:
    before, after = (0.5 if value is None else value for value in (change.before, change.after))
    return f"Predict the second of the two classes from a probability of {after:g} on, instead of {before:g}."


def _augmentation(change: Change) -> str:
    if not change.after:
        return "Train without augmentation."
    return f"Vary the training images at random: {short(list(change.after))}."


def _mixup(change: Change) -> str:
    if not change.after:
        return "Train on the rows themselves, not on mixtures of them."
    return (
        "Mix each batch of training rows with itself in another order, inputs and targets alike, in shares drawn from "
        f"Beta({change.after:g}, {change.after:g})."
    )


def _sharpness(change: Change) -> str:
    if not change.after:
        return "Take the gradient of each update where the weights are."
    return (
        f"Take the gradient of each update a step of length {change.after:g} further uphill (sharpness-aware "
        "minimisation), which takes twice as long."
    )


def _ensemble(change: Change) -> str:
    if change.after == 1:
        return "Train a single network, not an ensemble."
    return (
        f"Train {change.after} networks from different seeds and average their predictions, which takes "
        f"{change.after} times as long."
    )


def _adversarial(change: Change) -> str:
    if not change.after:
        return "Train on the rows as they are, not moved against the network."
    how = "one step" if change.after.steps == 1 else f"{change.after.steps} steps"
    name = "FGSM" if change.after.steps == 1 else "PGD"
    return (
        f"Before each update move the rows of its batch in the direction that raises the loss ({name}: {how} along "
        f"its gradient, {change.after.threat.words}), and train on them."
    )


def _initial(change: Change) -> str:
    return "Start from fresh weights." if change.after == "fresh" else "Start from the given weights."


def _other(change: Change) -> str:
    return f"Change {change.target}{' ' + change.argument if change.argument else ''} to {short(change.after)}."


_WORDS = {
    "layer-argument": _layer_argument,
    "insert-layer": _insert,
    "remove-layer": _remove,
    "optimizer": _optimizer,
    "optimizer-argument": _optimizer_argument,
    "loss": _loss,
    "fit-argument": _fit_argument,
    "split": _split,
    "stop": _stop,
    "pace": _pace,
    "inputs": _inputs,
    "labels": _labels,
    "suspects": _suspects,
    "copies": _copies,
    "target-shape": _target_shape,
    "targets": _targets,
    "log-targets": _log_targets,
    "resampling": _resampling,
    "augmentation": _augmentation,
    "mixup": _mixup,
    "sharpness": _sharpness,
    "ensemble": _ensemble,
    "threshold": _threshold,
    "adversarial": _adversarial,
    "initial-weights": _initial,
}
