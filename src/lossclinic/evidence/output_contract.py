"""Whether output layer, loss and targets fit each other, read off the recipe without training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe
from lossclinic.core.shaped import primary_of
from lossclinic.core.task import Task

Subject = Literal[
    "wrong-loss", "logits-mismatch", "wrong-output-activation", "wrong-output-units", "wrong-label-encoding"
]
Family = Literal["sparse", "categorical", "binary", "margin", "numbers", "divergence", "other"]
FAMILIES: dict[str, Family] = {
    "sparsecategoricalcrossentropy": "sparse",
    "categoricalcrossentropy": "categorical",
    "categoricalfocalcrossentropy": "categorical",
    "binarycrossentropy": "binary",
    "binaryfocalcrossentropy": "binary",
    "hinge": "margin",
    "squaredhinge": "margin",
    "categoricalhinge": "margin",
    "kldivergence": "divergence",
    "meansquarederror": "numbers",
    "meanabsoluteerror": "numbers",
    "meanabsolutepercentageerror": "numbers",
    "meansquaredlogarithmicerror": "numbers",
    "huber": "numbers",
    "logcosh": "numbers",
    "poisson": "numbers",
    "mse": "numbers",
    "mae": "numbers",
}
RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
    "softmax": (0.0, 1.0),
    "elu": (-1.0, np.inf),
    "selu": (-1.76, np.inf),
    "gelu": (-0.17, np.inf),
    "silu": (-0.28, np.inf),
    "swish": (-0.28, np.inf),
}
"""What each activation can put out; those not named can put out every number."""
OUT_OF_REACH_SHARE = 0.005
"""Fewer targets out of the output's range than this share are taken for outliers."""


SPARE = 2
"""Units beyond the largest label that are one too many: one more is how classes counted from 1 are often read."""


@dataclass(frozen=True)
class Mismatch:
    """One thing about the output that does not fit.

    Attributes:
        subject: the cause it belongs to.
        text: a sentence for people.
        severity: 0 … 1, what it is expected to cost; below .5 it often costs nothing.
        remedies: what would make it fit, best first.
    """

    subject: Subject
    text: str
    severity: float
    remedies: tuple[str, ...]


@dataclass(frozen=True)
class OutputContract:
    """Output layer, loss and task side by side.

    Attributes:
        layer: name of the output layer.
        units: its width.
        activation: the activation applied last ("linear" for none).
        loss: class name of the loss in small letters without underscores ("meansquarederror").
        family: what the loss is made for.
        from_logits: whether the loss expects logits.
        wanted: what would fit, for people ("3 units of softmax with sparse categorical cross-entropy").
        mismatches: what does not fit, worst first.
    """

    layer: str
    units: int
    activation: str
    loss: str
    family: Family
    from_logits: bool
    wanted: str
    mismatches: tuple[Mismatch, ...] = ()

    def of(self, subject: Subject) -> tuple[Mismatch, ...]:
        """The mismatches that belong to one cause, worst first."""
        return tuple(each for each in self.mismatches if each.subject == subject)


def output_contract(case: Case, recipe: Recipe) -> OutputContract:
    """Compare output layer, loss and targets of a recipe.

    Reference: Bishop, "Pattern Recognition and Machine Learning" (2006), sections 4.3.6 and 5.2: each kind of target
    has one canonical pair of output activation and loss.
    """
    output = architecture.output_layer(recipe.model)
    config = recipe.loss.get("config")
    given = config if isinstance(config, dict) else {}
    name, family = loss_family(recipe.loss)
    contract = OutputContract(
        layer=output.name,
        units=output.units or case.task.outputs,
        activation=architecture.output_activation(recipe.model),
        loss=name,
        family=family,
        from_logits=bool(given.get("from_logits", False)),
        wanted=_wanted(case.task),
    )
    units = _units(contract, case, recipe)
    lone = case.task.kind == "multiclass" and contract.units == 1
    # A loss for classes on numbers, or one unit for many classes, is wrong as a whole: logits are not the question.
    logits = [] if case.task.kind == "regression" or lone else _logits(contract)
    others = [] if lone else [*_loss(contract, case.task), *_activation(contract, case, recipe)]
    found = [*logits, *others, *units, *_labels(contract, case.task, recipe)]
    found.sort(key=lambda each: -each.severity)
    return OutputContract(**{**contract.__dict__, "mismatches": tuple(found)})


def loss_family(loss: Json) -> tuple[str, Family]:
    """Name of a loss in small letters without underscores, and what it is made for.

    Args:
        loss: {"class_name", "config"}; a function of Keras has its name for a config.
    """
    loss = primary_of(loss)
    config = loss.get("config")
    name = str(config if isinstance(config, str) else loss.get("class_name", "")).lower().replace("_", "")
    return name, FAMILIES.get(name, "other")


def _wanted(task: Task) -> str:
    if task.kind == "regression":
        return f"{task.outputs} linear unit(s) with mean squared error"
    if task.kind == "multilabel":
        return f"{task.outputs} sigmoid units with binary cross-entropy"
    if task.kind == "binary" and not task.one_hot:
        return "1 sigmoid unit with binary cross-entropy"
    kind = "categorical" if task.one_hot else "sparse categorical"
    return f"{len(task.classes)} units of softmax with {kind} cross-entropy"


def _logits(c: OutputContract) -> list[Mismatch]:
    if c.family not in ("sparse", "categorical", "binary"):
        return []
    if not c.from_logits and c.activation == "linear":
        text = f"{c.loss} expects probabilities (from_logits=False), but the output layer applies no activation"
        return [Mismatch("logits-mismatch", text, 0.9, ("matching-loss", "matching-output"))]
    if c.from_logits and c.activation in ("softmax", "sigmoid"):
        text = f"{c.loss} applies {c.activation} itself (from_logits=True), after the output layer already did"
        return [Mismatch("logits-mismatch", text, 0.6, ("matching-loss",))]
    return []


def _loss(c: OutputContract, task: Task) -> list[Mismatch]:
    verdict = {
        "regression": _loss_for_numbers,
        "binary": _loss_for_two,
        "multiclass": _loss_for_many,
        "multilabel": _loss_for_labels,
    }[task.kind](c, task)
    if verdict is None:
        return []
    text, severity = verdict
    # A head that no loss fits has to change first.
    wide = c.units > 1 or (task.kind == "binary" and c.activation in ("sigmoid", "linear", "tanh"))
    both = ("matching-loss", "matching-output") if wide else ("matching-output", "matching-loss")
    return [Mismatch("wrong-loss", text, severity, both)]


def _loss_for_numbers(c: OutputContract, task: Task) -> tuple[str, float] | None:
    if c.family in ("sparse", "categorical", "margin"):
        return f"{c.loss} is made for classes, the targets are numbers", 0.9
    if c.family == "binary" and c.activation != "sigmoid":
        return f"{c.loss} is made for yes/no targets, these are numbers", 0.9
    return None


def _loss_for_two(c: OutputContract, task: Task) -> tuple[str, float] | None:
    if c.units == 1 and c.family in ("categorical", "sparse", "divergence"):
        return f"{c.loss} compares several units, the output has one: it learns nothing from it", 1.0
    signed = task.classes == (-1.0, 1.0) and c.activation in ("tanh", "softsign", "linear")
    if c.units == 1 and c.family == "margin" and c.activation in ("sigmoid", "softmax"):
        return f"{c.loss} asks for outputs below -1 for one class; {c.activation} puts out nothing below 0", 0.4
    if c.family == "numbers" and not signed:
        return f"{c.loss} measures distances, the targets are two classes", 0.3
    return _coding_clash(c, task) if c.units > 1 else None


def _loss_for_many(c: OutputContract, task: Task) -> tuple[str, float] | None:
    if c.family == "numbers":
        return f"{c.loss} measures distances, the targets are {len(task.classes)} classes", 0.4
    if c.family == "binary" and task.one_hot and c.activation != "sigmoid":
        return f"{c.loss} asks {c.units} separate yes/no questions, the classes exclude each other", 0.4
    return _coding_clash(c, task)


def _coding_clash(c: OutputContract, task: Task) -> tuple[str, float] | None:
    """Whether the loss reads the targets in another form than they have (indices against one-hot rows)."""
    if task.one_hot and c.family == "sparse":
        return f"{c.loss} reads class numbers, the targets are one-hot rows", 1.0
    if not task.one_hot and c.family in ("categorical", "binary", "divergence"):
        return f"{c.loss} reads one-hot rows, the targets are class numbers", 1.0
    return None


def _loss_for_labels(c: OutputContract, task: Task) -> tuple[str, float] | None:
    if c.family in ("categorical", "sparse", "divergence"):
        return f"{c.loss} lets one label win, the {task.outputs} labels are independent", 0.8
    if c.family == "numbers":
        return f"{c.loss} measures distances, the targets are yes/no labels", 0.3
    return None


def _units(c: OutputContract, case: Case, recipe: Recipe) -> list[Mismatch]:
    """Width of the output against the number of targets."""
    output = architecture.output_layer(recipe.model)
    behind = architecture.layers(recipe.model)
    reshaped = any(not layer.only_activates for layer in behind[behind.index(output) + 1 :])
    if output.units is None or reshaped or case.data.y.ndim > 2 or c.family == "other":
        return []
    task, found = case.task, c.units
    if task.kind in ("regression", "multilabel") or task.one_hot:
        wanted = task.outputs
        if found == wanted:
            return []
        what = {"regression": "number(s)", "multilabel": "labels"}.get(task.kind, "one-hot columns")
        spread = "each unit is pulled towards all of them" if found == 1 else "the two cannot be compared"
        return [_width(f"{found} output unit(s) for {wanted} {what} to predict: {spread}", 0.9)]
    wanted = len(task.classes)
    if task.kind == "multiclass" and found < wanted:
        return [_width(f"{found} output unit(s) cannot tell {wanted} classes apart", 1.0)]
    spare = found - 1 - max(task.classes[-1], wanted - 1)
    if wanted >= 2 and found > 2 and spare >= SPARE:
        text = f"{found} output units for {wanted} classes: {spare:g} of them never have to answer"
        return [Mismatch("wrong-output-units", text, 0.1, ())]
    return []


def _width(text: str, severity: float) -> Mismatch:
    return Mismatch("wrong-output-units", text, severity, ("matching-output",))


def _labels(c: OutputContract, task: Task, recipe: Recipe) -> list[Mismatch]:
    """Class labels that the loss does not read as such: it counts from 0, as Keras' documentation says."""
    if not task.is_classes or task.one_hot or recipe.labels == "counted":
        return []
    names = ", ".join(f"{value:g}" for value in task.classes[:4]) + (", …" if len(task.classes) > 4 else "")
    if c.family == "binary" and c.units == 1 and task.kind == "binary" and task.classes != (0.0, 1.0):
        return [_coding(f"{c.loss} reads labels 0 and 1, these are {names}", 0.8)]
    outside = [value for value in task.classes if not (0 <= value < c.units and value == round(value))]
    if c.family == "sparse" and outside and len(task.classes) <= c.units:
        count = c.units - 1
        text = f"{c.loss} reads labels 0 to {count}, these are {names}: {outside[-1]:g} has no unit"
        return [_coding(text, 1.0)]
    return []


def _coding(text: str, severity: float) -> Mismatch:
    return Mismatch("wrong-label-encoding", text, severity, ("fix-label-encoding",))


def _activation(c: OutputContract, case: Case, recipe: Recipe) -> list[Mismatch]:
    verdict = _out_of_range(c, case, recipe) if case.task.kind == "regression" else _improbable(c, case.task)
    if verdict is None:
        return []
    text, severity = verdict
    return [Mismatch("wrong-output-activation", text, severity, ("matching-output",))]


def _out_of_range(c: OutputContract, case: Case, recipe: Recipe) -> tuple[str, float] | None:
    """Targets that the output cannot reach."""
    if c.activation not in RANGES:
        return None
    y = np.asarray(case.data.y, dtype=np.float64).reshape(len(case.data.y), -1)
    y = y[np.isfinite(y).all(axis=1)]
    if not len(y):
        return None
    if c.activation == "softmax" and (c.units == 1 or not np.allclose(y.sum(axis=1), 1.0, atol=1e-3)):
        return "softmax outputs sum to 1, the targets do not", 1.0
    if recipe.standardise_targets:
        deviation = y.std(axis=0)
        y = (y - y.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    low, high = RANGES[c.activation]
    share = float(np.mean((y < low - 1e-6) | (y > high + 1e-6)))
    if share < OUT_OF_REACH_SHARE:
        return None
    limits = f"at least {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"
    text = f"{c.activation} puts out {limits}; {share:.0%} of the targets ({y.min():.3g} to {y.max():.3g}) lie outside"
    return text, min(1.0, 0.4 + share)


def _improbable(c: OutputContract, task: Task) -> tuple[str, float] | None:
    """Outputs that are no probabilities for this task."""
    if c.activation == "softmax":
        if c.units == 1:
            return "softmax over one unit answers 1 for every row", 1.0
        return ("softmax lets one label win, the labels are independent", 0.8) if task.kind == "multilabel" else None
    if c.activation == "sigmoid":
        exclusive = task.kind == "multiclass" or (task.kind == "binary" and c.units > 1)
        if not exclusive or c.units == 1 or c.family == "numbers":
            return None
        return f"{c.units} separate sigmoids for classes that exclude each other", 0.4
    signed = task.classes == (-1.0, 1.0) and c.units == 1 and c.family in ("margin", "numbers")
    if c.activation == "linear" or c.family == "margin" or (signed and c.activation in ("tanh", "softsign")):
        return None
    severity = 0.4 if c.family == "numbers" else 0.8
    return f"{c.activation} does not put out probabilities", severity
