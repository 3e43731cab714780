"""Train on mixtures of two rows: inputs and targets are blended in the same random share.

The network never sees a row as it is, so it cannot learn single rows by heart, and it is asked to behave linearly
between them: less sure of itself far from what it knows. The share is drawn anew for each batch, from Beta(0.2, 0.2),
where most mixtures are close to one of the two rows, then from Beta(1, 1), where all shares are alike. The training
loss and what else `fit` shows of training rows is that of the mixtures; a mixture has no right class, so an accuracy
among them says nothing.

The targets of classes become shares of both classes: sparse cross-entropy gives way to its categorical twin, and the
labels to one-hot rows. Does not apply to token numbers, to losses that can take no shares, or where labels do not count
the classes from 0.

Reference: Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: Beyond empirical risk minimization" (2018); they use 0.1 to 0.4
on ImageNet and 1 on CIFAR-10.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.architecture import has, output_layer
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import as_trained, class_of, counted_from_zero, keras_loss, settings_of

ALPHAS = (0.2, 1.0)
SPARSE = "SparseCategoricalCrossentropy"
WHOLE = ("Hinge", "SquaredHinge", "CategoricalHinge", "Circle", "CTC")
"""Losses of whole labels, which a share of two of them is not."""
TOKENS = ("Embedding", "IntegerLookup", "StringLookup", "TextVectorization", "CategoryEncoding", "Hashing")


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Mixtures near one of two rows, then of any shares.

    Raises:
        NotApplicable: see above.
    """
    if recipe.mixup:
        raise NotApplicable("rows are mixed already")
    if has(recipe.model, *TOKENS):
        raise NotApplicable("the inputs are token numbers, between which nothing lies")
    name = class_of(recipe.loss)
    if name in WHOLE:
        raise NotApplicable(f"the loss {name} takes whole labels, not shares of two")
    loss = _dense(recipe, case) if name == SPARSE else recipe.loss
    return tuple(replace(recipe, loss=loss, mixup=alpha) for alpha in ALPHAS)


def _dense(recipe: Recipe, case: Case) -> Json:
    """The loss that takes one-hot rows and is the same on them."""
    task, config = as_trained(recipe, case).task, settings_of(recipe.loss)
    if not task.is_classes or config.get("ignore_class") is not None:
        raise NotApplicable("these labels cannot be written as one share for each class")
    if not counted_from_zero(task):
        raise NotApplicable(f"the labels run from {task.classes[0]:g} to {task.classes[-1]:g}, not from 0")
    if (output_layer(recipe.model).units or 0) < len(task.classes):
        raise NotApplicable("the output has fewer units than there are classes")
    kept = {key: config[key] for key in ("from_logits", "axis", "reduction") if key in config}
    return keras_loss("CategoricalCrossentropy", **kept)


REMEDY = Remedy(id="mixup", title="Mix training rows", apply=apply)
