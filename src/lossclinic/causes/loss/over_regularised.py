"""Penalties or dropout hold the network back from fitting even its training rows.

What it is
----------
L1 or L2 penalties that outweigh the loss on the data, or dropout that removes most of what each layer says.

Why the loss stalls
-------------------
The optimiser lowers the penalty instead of the error: weights are pulled to 0, the answers towards a constant. With
high dropout each step sees another, mostly empty network.

Evidence
--------
Strength of the penalties and rates of dropout; share of the penalty in the final training loss, where that loss and the
yardstick measure the same; training and held-out score next to what the best reference reaches on unseen rows. Strong
penalties and dropout are suspected of a network, too, that fits its training rows so well but predicts unseen ones
worse.

What confirms it
----------------
A tenth of the strength, or none, lowers the held-out loss.

Easily confused with
--------------------
`too-little-capacity`, `learning-rate-too-low`: training rows are fitted badly too, but without strong penalties.
`wrong-loss`: a loss with small values lets an ordinary penalty weigh too much; the loss is what has to change. Mild
dropout (.2 to .5) in a network that fits as well as the references is no fault.

References
----------
Krogh and Hertz, "A simple weight decay can improve generalization" (1991). Srivastava et al., "Dropout" (2014).
"""

from __future__ import annotations

from typing import Any, cast

from lossclinic.causes._marks import clamp, clearer, excess, severity
from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.output_contract import OutputContract
from lossclinic.evidence.references import References

ID = "over-regularised"
REMEDIES = ("weaker-regularisation",)
STRONG = {"l2": 0.01, "l1": 0.001}
KEPT = 0.5
"""Dropout that lets no more than this share through, layers multiplied up, is strong."""
OUTWEIGHS = 0.3
ABOVE = 0.05
CROSSENTROPIES = ("binarycrossentropy", "categoricalcrossentropy", "sparsecategoricalcrossentropy")


def examine(
    recipe: Recipe, baseline: Baseline, references: References, output_contract: OutputContract, case: Case
) -> Finding:
    """Weigh penalties and dropout against how well the training rows are fitted."""
    clear = clearer(ID)
    l1, l2, kept, where = _strengths(recipe.model)
    decay = float(recipe.optimizer["config"].get("weight_decay") or 0.0)
    if not (l1 or l2 or decay or kept < 1):
        return clear("nothing regularises the network")
    share = _penalty_share(recipe, baseline, output_contract) if l1 or l2 else None
    heavy = l2 >= STRONG["l2"] or l1 >= STRONG["l1"] or kept <= KEPT or decay >= 0.1
    strong = heavy or (share or 0) > OUTWEIGHS
    if not baseline.good:
        return Finding(ID, "untestable", reason="no training ended")
    above = excess(baseline.train, references.best, references.trivial)
    mild = l2 < STRONG["l2"] / 10 and l1 < STRONG["l1"] / 10 and kept > KEPT and decay < 0.01
    behind = excess(baseline.held_out, references.best, references.trivial)
    if above <= ABOVE and (behind <= ABOVE or not heavy):
        return clear("training rows are fitted as well as reference models predict new ones")
    if mild and not strong:
        return clear("penalties and dropout are too mild to hold the network back")
    if output_contract.mismatches and not strong:
        # Beside a loss of another size (absolute error of one-hot rows, say) a penalty that is usual weighs too much.
        return clear("the loss does not suit the task, and what an ordinary penalty weighs beside it says nothing")
    facts = [
        Fact(
            f"training score {baseline.train:.3g}; the best reference reaches {references.best:.3g} on new rows", above
        ),
        Fact(f"held-out score {baseline.held_out:.3g}", behind),
    ]
    facts += [Fact(f"the largest {n} penalty is {v:g}", v) for n, v in (("L1", l1), ("L2", l2)) if v]
    if kept < 1:
        facts.append(Fact(f"dropout lets {kept:.0%} through, all layers together", kept))
    if decay:
        facts.append(Fact(f"the optimizer's weight decay is {decay:g}", decay))
    if share is not None:
        facts.append(Fact(f"{share:.0%} of the final training loss is penalty", share))
    certain = 0.35 + 0.25 * strong + 0.25 * min(max(share or 0.0, 0.0), 1.0) + 0.15 * min(max(above, 0.0), 1.0)
    return Finding(
        ID,
        "suspected",
        severity=severity(max(above, behind) if heavy else above),
        confidence=clamp(certain),
        evidence=tuple(facts),
        where=Where(layer=where) if where else None,
        remedies=REMEDIES,
        reason="regularisation keeps the network from fitting "
        + ("even its training rows" if above > ABOVE else "what other models find in the same rows"),
    )


def _strengths(model: Json) -> tuple[float, float, float, str]:
    """Largest L1 and L2 factor, share that all dropout lets through, and the layer with the largest penalty."""
    l1 = l2 = 0.0
    kept, where = 1.0, ""
    for layer in architecture.layers(model):
        if "Dropout" in layer.class_name or layer.class_name == "GaussianDropout":
            kept *= 1 - float(layer.config.get("rate", 0.0))
        kept *= 1 - float(layer.config.get("dropout") or 0.0)
        for key, value in layer.config.items():
            if not key.endswith("_regularizer"):
                continue
            one, two = _factors(value)
            if one > l1 or two > l2:
                where = layer.name
            l1, l2 = max(l1, one), max(l2, two)
    return l1, l2, kept, where


def _factors(value: Any) -> tuple[float, float]:
    """L1 and L2 factor of a serialised regulariser."""
    if isinstance(value, str):
        return (0.01 if "l1" in value.lower() else 0.0), (0.01 if "l2" in value.lower() else 0.0)
    if not isinstance(value, dict):
        return 0.0, 0.0
    config = cast("Json", value).get("config")
    if not isinstance(config, dict):
        return 0.0, 0.0
    settings = cast("Json", config)
    return float(settings.get("l1") or 0.0), float(settings.get("l2") or 0.0)


def _penalty_share(recipe: Recipe, baseline: Baseline, contract: OutputContract) -> float | None:
    """Share of the penalty in the training loss at the end; None where loss and yardstick differ."""
    own = baseline.curve("train_loss")
    same = (
        contract.loss in ("meansquarederror", *CROSSENTROPIES)
        and not recipe.standardise_targets
        and not recipe.class_weight
    )
    if not own or not same or contract.mismatches or own[-1] <= 0 or recipe.resampling is not None:
        return None
    return float(min(1.0, max(0.0, 1 - baseline.train / own[-1])))


CAUSE = Cause(id=ID, title="Too much regularisation", examine=examine, remedies=REMEDIES)
