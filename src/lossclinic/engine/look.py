"""What may be asked of a network beside its training: measurements of its layers, and the pre-flight tests."""

from __future__ import annotations

from typing import Any, Literal

from lossclinic.core.case import Case
from lossclinic.core.probe import Measurement
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.threat import Threat
from lossclinic.core.yardstick import Yardstick

Look = Literal["layers"] | Measurement


def look_one(
    what: Look, case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float
) -> Any:
    """Take one look at a recipe, in this process.

    Args:
        what: "layers" (the result is a tuple of `LayerProbe`), or a `core.probe.Measurement` (its plain data, or
            None).
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score.
        recipe: what to look at.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which no training goes on.
    """
    if what == "layers":
        from lossclinic.engine.probe import probe_one

        return probe_one(case, plan, yardstick, recipe, seed, deadline)
    if what == "breakdown":
        from lossclinic.engine.breakdown import find_breakdown

        return find_breakdown(case, plan, yardstick, recipe, seed, deadline)
    if isinstance(what, Threat):
        from lossclinic.engine.attack import attack_one

        return attack_one(case, plan, yardstick, what, recipe, seed, deadline)
    if what == "threshold":
        from lossclinic.engine.threshold import threshold_one

        return threshold_one(case, plan, yardstick, recipe, seed, deadline)
    from lossclinic.engine.preflight import preflight_one

    return preflight_one(case, plan, yardstick, recipe, seed, deadline)
