"""Train on rows that are moved against the network, each in every update anew.

Before each update the rows of its batch are moved as far as `--robust EPS` allows, in the direction that raises the
loss; the network learns to answer them as they were. The strengths are one step along the sign of the gradient (FGSM),
which makes a training about twice as long, and seven steps of projected gradient descent (PGD), eight times as long.
Moves start from the row itself, dropout is off and batch normalisation uses its averages while they are looked for.

It is judged by the score under attack, not by the loss on rows as they are, which usually rises a little: the report
shows both. Training with one step sometimes teaches a network to hide its gradient rather than to stand firm; the
report therefore checks the attack itself.

Does not apply without `--robust`, to numbers or several labels as targets, to inputs between which nothing lies (token
or whole numbers), to ensembles, where inputs are prepared in ways that stretch some rows more than others, or where
another process trains.

Reference: Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples" (2015); Madry et al.,
"Towards deep learning models resistant to adversarial attacks" (2018).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.threat import Adversarial, Threat

STEPS = (1, 7)
"""FGSM, and PGD as Madry et al. train with."""
STRAIGHT = ("impute", "standardise")
"""Preparations after which one unit of an input is the same length in every row."""


def apply(recipe: Recipe, case: Case, threat: Threat | None = None) -> tuple[Recipe, ...]:
    """Set `adversarial`: FGSM, then PGD.

    Raises:
        NotApplicable: see above.
    """
    if threat is None:
        raise NotApplicable("how far rows may be moved is for you to say: --robust EPS")
    if recipe.adversarial is not None:
        raise NotApplicable("rows are moved against the network already")
    if case.native is not None:
        raise NotApplicable("this training can only run inside its script's own process")
    if not case.task.is_classes:
        raise NotApplicable("answers that are not one class of several are not right or wrong")
    if case.data.x.dtype.kind != "f" or architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are whole numbers, between which nothing lies (divide pictures by 255 first)")
    if recipe.members > 1:
        raise NotApplicable("attacks are made on a single network, not on an ensemble")
    bent = [step for step in recipe.inputs if step not in STRAIGHT]
    if bent:
        raise NotApplicable("the inputs are prepared in a way that stretches some rows more than others")
    return tuple(replace(recipe, adversarial=Adversarial(threat, steps)) for steps in STEPS)


REMEDY = Remedy(
    id="adversarial-training",
    title="Train on rows that are moved against the network",
    apply=apply,
    under_attack=True,
)
