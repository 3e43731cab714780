"""Give the output layer the activation and width that the targets ask for, with the loss to match.

Softmax over one unit always answers 1. ReLU cannot answer below 0 and stops learning there; sigmoid and tanh cannot
leave their range. Fewer units than classes leave some out. Numbers need a linear output of one unit each, two classes
a sigmoid, K exclusive classes K units of softmax, independent labels a sigmoid each.

Does not apply where the output fits (then see `matching-loss`), where labels are not numbered from 0, or where the
output is not a Dense or convolution layer.

Reference: Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2 (canonical link functions).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import as_trained, counted_from_zero, fitting_loss, from_logits, signed, suits


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Change the output's activation and width and, where it no longer fits, the loss.

    Raises:
        NotApplicable: the output fits, or it cannot be changed.
    """
    case = as_trained(recipe, case)
    output = architecture.output_layer(recipe.model)
    now = (architecture.output_activation(recipe.model), output.units or 1)
    activation, units = _wanted(recipe, case, *now)
    if (activation, units) == now:
        raise NotApplicable(f"an output of {units} unit(s) of {activation} fits the targets")
    if output.class_name != "Dense" and (units != now[1] or not output.class_name.startswith("Conv")):
        raise NotApplicable(f"the output layer is a {output.class_name}, which this cannot turn into {activation}")
    model = _with_output(recipe.model, activation, units)
    loss = fitting_loss(case, activation, units)
    return (
        replace(
            recipe,
            model=model,
            loss=recipe.loss if suits(recipe.loss, loss, case) else loss,
            initial=recipe.initial if units == now[1] else "fresh",
        ),
    )


def _wanted(recipe: Recipe, case: Case, activation: str, units: int) -> tuple[str, int]:
    """The activation and width that fit; what is right already stays."""
    task = case.task
    logits = activation == "linear" and from_logits(recipe.loss)
    if task.kind in ("regression", "multilabel"):
        width = task.outputs if case.data.y.ndim <= 2 else units
        linear = task.kind == "regression" or (logits and units == width)
        return ("linear" if linear else "sigmoid"), width
    if signed(task) and not task.one_hot:
        return ("linear" if activation == "linear" and units == 1 else "tanh"), 1
    if not counted_from_zero(task):
        raise NotApplicable(f"the labels run from {task.classes[0]:g} to {task.classes[-1]:g}, not from 0")
    if task.kind == "binary" and not task.one_hot and (units != 2 or activation not in ("softmax", "linear")):
        return ("linear" if logits and units == 1 else "sigmoid"), 1
    width = len(task.classes) if task.one_hot else max(units, len(task.classes))
    return ("linear" if logits and units == width else "softmax"), width


def _with_output(model: Json, activation: str, units: int) -> Json:
    """One output layer that applies the activation itself; activation layers behind it go."""
    output = architecture.output_layer(model)
    behind = architecture.layers(model)
    for layer in behind[behind.index(output) + 1 :]:
        if layer.only_activates:
            model = architecture.remove(model, layer.name)
    if output.units != units:
        model = architecture.with_config(model, output.name, units=units)
    return architecture.with_config(model, output.name, activation=activation)


REMEDY = Remedy(
    id="matching-output",
    title="Give the output the activation and width of the targets",
    apply=apply,
    safety="changes-meaning",
)
