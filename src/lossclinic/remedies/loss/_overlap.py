"""Losses of overlap (Dice, Tversky) in place of a cross-entropy, and where they can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.yardstick import RARE_SHARE
from lossclinic.remedies.loss._contract import class_of, from_logits, keras_loss

REPLACED = ("BinaryCrossentropy", "CategoricalCrossentropy", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy")
BOUNDED = ("sigmoid", "softmax")


def with_overlap(recipe: Recipe, case: Case, name: str, settings: Sequence[Json]) -> tuple[Recipe, ...]:
    """The recipe with a loss of overlap, one for each setting.

    Such losses know probabilities only: an output of logits gets the activation that its cross-entropy applied.

    Args:
        recipe: what to change.
        case: its rows say whether batches hold what the loss counts.
        name: "Dice" or "Tversky".
        settings: arguments of the loss.

    Raises:
        NotApplicable: the targets are numbers or class numbers, the output gives no probabilities, or most batches
            would hold nothing that the loss counts.
    """
    before = class_of(recipe.loss)
    if case.task.kind == "regression" or before not in REPLACED:
        raise NotApplicable(f"overlap is counted for one-hot and 0/1 labels, not for those of the loss {before}")
    if before.startswith("Binary"):
        check_share(recipe, case)
    model = with_probabilities(recipe)
    return tuple(replace(recipe, model=model, loss=keras_loss(name, **each)) for each in settings)


def check_share(recipe: Recipe, case: Case) -> None:
    """Only ones are counted: there must be some in a batch, and they must not be what nearly every row is."""
    data, task = case.data, case.task
    if task.is_classes and task.classes != (0.0, 1.0):
        raise NotApplicable(f"the classes are labelled {task.classes[0]:g} and {task.classes[-1]:g}, not 0 and 1")
    ones = np.asarray(data.y[: data.n_train], dtype=np.float64)
    share = float(np.mean(ones))
    if task.is_classes and 1 - share < RARE_SHARE:
        raise NotApplicable("the rare class is labelled 0, and only the class labelled 1 is counted")
    in_a_batch = share * recipe.batch_size * ones[0].size
    if in_a_batch < 1:
        raise NotApplicable(
            f"a batch of {recipe.batch_size} rows holds {in_a_batch:.1g} of what is counted on average, so that most "
            "teach nothing; use larger batches"
        )


def with_probabilities(recipe: Recipe) -> Json:
    """The model with the activation at its output that its cross-entropy applies to logits.

    Raises:
        NotApplicable: the output gives neither probabilities nor logits.
    """
    activation = "sigmoid" if class_of(recipe.loss).startswith("Binary") else "softmax"
    now, units = architecture.output_activation(recipe.model), architecture.output_layer(recipe.model).units or 1
    if now == "linear" and from_logits(recipe.loss):
        return architecture.with_config(
            recipe.model, architecture.output_layer(recipe.model).name, activation=activation
        )
    if now not in BOUNDED or (now == "softmax" and units == 1):
        raise NotApplicable(f"the output's {now} over {units} unit(s) gives no probabilities")
    return recipe.model
