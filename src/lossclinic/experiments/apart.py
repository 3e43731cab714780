"""Remedies that leave the held-out score as it is, judged by a figure of their own on fresh seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lossclinic.core.decision import Figures
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Trial, Verdict
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.judge import judge


@dataclass(frozen=True)
class Apart:
    """One remedy that was asked about and judged by another figure.

    Attributes:
        remedy: its id.
        recipe: the recipe with it.
        figures: without it and with it.
        verdict: on the share that is wrong (1 minus the figure), by the same conditions as any other gain.
    """

    remedy: str
    recipe: Recipe
    figures: Figures
    verdict: Verdict


def judge_apart(
    remedy: str, recipe: Recipe, figures: Figures, yardstick: Yardstick, *, min_gain: float, overlap: float
) -> Apart:
    """Judge the fall of what is wrong, pair by pair."""
    before, after = (tuple(_wrong(1 - value) for value in part) for part in (figures.before, figures.after))
    wrong = replace(yardstick, trivial=1 - figures.chance)
    verdict = judge(
        remedy, before, after, wrong, comparisons=1, min_gain=min_gain, overlap=overlap, locked=False
    )  # fmt: skip
    return Apart(remedy, recipe, figures, verdict)


def _wrong(share: float) -> Trial:
    nothing = (float("nan"),)
    return Trial("", (1,), nothing, nothing, nothing, (share,), nothing, 0)
