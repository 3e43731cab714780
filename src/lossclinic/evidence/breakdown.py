"""The first number that is not finite, from one training that fails."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.probe import Breakdown
from lossclinic.core.recipe import Recipe


@dataclass(frozen=True)
class FirstBreak:
    """What became of the trainings whose loss is no finite number.

    Attributes:
        failed: share of the baseline's trainings that ended so.
        found: the first number that is not finite in one of them; None where it could not be looked for.
    """

    failed: float = 0.0
    found: Breakdown | None = None


def breakdown(lab: Lab, recipe: Recipe, baseline: Baseline) -> FirstBreak:
    """Go through the first failed training update by update; nothing is trained where none has failed.

    Args:
        lab: looks into trainings.
        recipe: what is trained.
        baseline: its trainings.
    """
    broken = [seed for seed, t in zip(baseline.seeds, baseline.trials, strict=True) if "finite" in t.failed]
    if not broken:
        return FirstBreak()
    values = lab.measure("breakdown", recipe, broken[0])
    return FirstBreak(len(broken) / len(baseline.trials), _from_plain(values) if values else None)


def _from_plain(values: dict[str, Any]) -> Breakdown:
    known = {f.name: values[f.name] for f in fields(Breakdown) if f.name in values}
    for name in ("largest", "growth", "activation"):
        known[name] = float(known[name])
    return Breakdown(**{**known, "rows": tuple(int(row) for row in known.get("rows", ()))})
