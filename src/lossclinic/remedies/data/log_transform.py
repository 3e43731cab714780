"""Take the logarithm of columns, or of targets, that a few extreme values stretch.

Columns with a heavy tail become the logarithm of 1 plus the distance from their median, in median distances and with
its sign: right for skewed and for two-sided tails, in any unit. Targets that are not negative become log(1 + y), and
predictions are turned back; they are standardised too where their logarithms are far from 0 and 1.

Does not apply where no tail is heavy, to images, sequences and tokens, or to targets that are negative, whose
logarithm is no less skewed, or whose output or loss cannot follow.

Reference: Tukey, "Exploratory Data Analysis" (1977), chapter 3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_targets, log_targets
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import ordered
from lossclinic.core.tails import HEAVY, tail_share
from lossclinic.remedies.data._tables import table

PLAIN_LOSSES = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh")
"""Losses of which a logarithm of the targets makes sense: the others take one themselves, or need counts."""
FAR_MEAN, FAR_FACTOR = 1.0, 3.0
"""Logarithms with a mean or deviation beyond these are standardised as well."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """The logarithm of the columns, of the targets, and of both, as far as each is heavy-tailed.

    Raises:
        NotApplicable: neither can be made less skewed.
    """
    found: list[Recipe] = []
    reasons: list[str] = []
    for part in (_columns, _targets):
        try:
            found.append(part(recipe, case))
        except NotApplicable as why:
            reasons.append(str(why))
    if not found:
        raise NotApplicable("; ".join(reasons))
    return (*found, _targets(found[0], case)) if len(found) > 1 else tuple(found)


def _columns(recipe: Recipe, case: Case) -> Recipe:
    if "log" in recipe.inputs:
        raise NotApplicable("the heavy columns are logarithms already")
    if not np.any(tail_share(table(recipe, case)) >= HEAVY):
        raise NotApplicable("no column has a heavy tail")
    return replace(recipe, inputs=ordered(*recipe.inputs, "log"))


def _targets(recipe: Recipe, case: Case) -> Recipe:
    if case.task.kind != "regression":
        raise NotApplicable("the targets are classes, which have no tail")
    if recipe.log_targets:
        raise NotApplicable("the targets are logarithms already")
    y = np.asarray(case.data.y[: case.data.n_train], dtype=np.float64).reshape(case.data.n_train, -1)
    before = tail_share(y)
    if not np.any(before >= HEAVY):
        raise NotApplicable("the targets have no heavy tail")
    if np.nanmin(case.data.y) < 0:
        raise NotApplicable("some targets are negative, which have no logarithm")
    logs = log_targets(y)
    if tail_share(logs).max() > before.max() / 2:
        raise NotApplicable("the logarithm of the targets is hardly less skewed")
    if architecture.output_activation(recipe.model) not in ("linear", "relu", "softplus"):
        raise NotApplicable(f"the output's {architecture.output_activation(recipe.model)} is bounded")
    if recipe.loss["class_name"] not in PLAIN_LOSSES:
        raise NotApplicable(f"the loss {recipe.loss['class_name']} is not made for logarithms")
    mean, deviation = fit_targets(logs)
    far = np.any(np.abs(mean) > FAR_MEAN) or np.any(np.abs(np.log(deviation)) > np.log(FAR_FACTOR))
    linear = architecture.output_activation(recipe.model) == "linear"
    return replace(recipe, log_targets=True, standardise_targets=recipe.standardise_targets or bool(far and linear))


REMEDY = Remedy(
    id="log-transform", title="Take the logarithm of what has a heavy tail", apply=apply, safety="changes-meaning"
)
