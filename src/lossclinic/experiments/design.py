"""From suspicions to arms: which recipes are tried, and why."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lossclinic.core.catalogue import Evidence, causes, remedies
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import Finding
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Arm

LEAST_CONFIDENCE = 0.1
STRENGTHS = {"mixup": "alpha {:g}", "sharpness": "rho {:g}", "ensemble": "{:g} networks"}
"""Kinds of changes that are one number, and how it is called."""


@dataclass(frozen=True)
class Design:
    """The arms of one screening.

    Attributes:
        arms: what to try; single changes of the current recipe.
        not_applicable: (cause, remedy) → why it does not fit this recipe.
    """

    arms: tuple[Arm, ...]
    not_applicable: Mapping[tuple[str, str], str]


def examine_all(evidence: Evidence) -> dict[str, Finding]:
    """Ask every cause of the catalogue; a cause whose evidence cannot be had is untestable, not silent."""
    findings: dict[str, Finding] = {}
    for cause in causes().values():
        try:
            findings[cause.id] = evidence.call(cause.examine)
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
            reason = f"its evidence could not be measured ({type(error).__name__}: {error})"
            findings[cause.id] = Finding(cause.id, "untestable", reason=reason)
    return findings


def wants_test(finding: Finding) -> bool:
    """Whether an experiment can settle the finding."""
    return finding.status in ("suspected", "observed") and bool(finding.remedies)


def design_arms(findings: Mapping[str, Finding], current: Arm, evidence: Evidence) -> Design:
    """All single changes of the current recipe that some finding asks for, most confident finding first.

    Remedies against attacks are left out: rows as they are cannot judge them (`experiments.hardening`).
    Two causes may ask for the same recipe: it is trained once and belongs to the more confident one.
    """
    arms: dict[str, Arm] = {}
    reasons: dict[tuple[str, str], str] = {}
    suspects = sorted(filter(wants_test, findings.values()), key=lambda f: -f.confidence)
    for finding in suspects:
        for remedy_id in finding.remedies:
            if remedies()[remedy_id].under_attack:
                continue
            try:
                variants = apply_remedy(remedy_id, current.recipe, evidence)
            except NotApplicable as why:
                reasons[finding.cause, remedy_id] = str(why)
                continue
            for index, recipe in enumerate(variants):
                if recipe.key != current.recipe.key:
                    arms.setdefault(recipe.key, extended(current, recipe, remedy_id, finding.cause, index))
    return Design(tuple(arms.values()), reasons)


def extended(current: Arm, recipe: Recipe, remedy_id: str, cause_id: str, variant: int) -> Arm:
    """The arm with one more remedy, which made this recipe of it."""
    return Arm(
        recipe,
        (*current.remedies, remedy_id),
        (*current.causes, cause_id),
        (*current.variants, variant),
        setting_of(current.recipe, recipe),
        current.rate if recipe.learning_rate == current.recipe.learning_rate else None,
    )


def apply_remedy(remedy_id: str, recipe: Recipe, evidence: Evidence) -> Sequence[Recipe]:
    """The strengths of one remedy on a recipe; everything but the recipe comes from the evidence as it stands.

    Raises:
        NotApplicable: the remedy does not fit the recipe.
    """
    apply = remedies()[remedy_id].apply
    names = inspect.signature(apply).parameters
    return apply(**{name: recipe if name == "recipe" else evidence[name] for name in names})


def without(arm: Arm, base: Recipe, index: int, evidence: Evidence) -> Arm | None:
    """The composition with one remedy left out; None where the others do not apply without it.

    Args:
        arm: the composition.
        base: the user's own recipe.
        index: which remedy to leave out.
        evidence: about the user's own recipe.
    """
    kept = [at for at in range(len(arm.remedies)) if at != index]
    left = Arm(base)
    for at in kept:
        try:
            variants = apply_remedy(arm.remedies[at], left.recipe, evidence)
        except NotApplicable:
            return None
        variant = min(arm.variants[at], len(variants) - 1)
        left = extended(left, variants[variant], arm.remedies[at], arm.causes[at], variant)
    rate = arm.recipe.learning_rate
    # Without the remedy that changes the rate, the user's own rate stands: another one is no part of the others.
    if rate is not None and arm.remedies[index] != "learning-rate" and ("learning-rate" in left.remedies or arm.rate):
        left = replace(left, recipe=left.recipe.with_learning_rate(rate), rate=arm.rate)
    return left


def setting_of(before: Recipe, after: Recipe) -> str:
    """The strength of a change, for people: "learning rate 0.01", "epochs 400", "rate 0.5"."""
    texts: list[str] = []
    for change in before.diff(after):
        if change.kind == "optimizer" and after.learning_rate is not None:
            texts.append(f"learning rate {after.learning_rate:g}")
        elif isinstance(change.after, bool):
            continue  # a switch is no strength
        elif change.kind in ("optimizer-argument", "layer-argument") and isinstance(change.after, (int, float)):
            texts.append(f"{change.argument.replace('_', ' ')} {change.after:g}")
        elif change.kind == "augmentation":
            texts.append(" + ".join(layer["config"]["name"] for layer in change.after))
        elif change.kind in STRENGTHS:
            texts.append(STRENGTHS[change.kind].format(change.after))
        elif change.kind == "fit-argument" and isinstance(change.after, (int, float)):
            texts.append(f"{change.target.replace('_', ' ')} {change.after:g}")
        elif change.kind == "threshold" and isinstance(change.after, float):
            texts.append(f"threshold {change.after:g}")
        elif change.kind == "insert-layer" and change.after["class_name"] == "Dropout":
            texts.append(f"rate {change.after['config']['rate']:g}")
        elif change.kind == "layer-argument" and change.argument == "kernel_regularizer" and change.after:
            strengths = [f"{v:g}" for v in change.after.get("config", {}).values() if isinstance(v, float) and v]
            texts.append(f"strength {strengths[0]}" if strengths else "")
        elif change.kind == "adversarial" and change.after is not None:
            texts.append("FGSM" if change.after.steps == 1 else f"PGD with {change.after.steps} steps")
    return ", ".join(dict.fromkeys(text for text in texts if text))
