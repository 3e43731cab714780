"""The loss is as low as these data allow.

What it is
----------
What is left of the loss is noise in the targets. There is nothing to fix.

Why the loss stalls
-------------------
Part of the targets does not follow from the inputs: measurement error, chance, causes that were not recorded. No model
gets below that part on new rows.

Evidence
--------
The network's held-out score is within 5 % (or two standard errors of the seeds) of the best reference model or better;
a second reference of another kind agrees, or (with at most three columns) rows next to each other differ by as much;
training and held-out score are close; the loss has settled.

What confirms it
----------------
It is an observation: models of different kinds agree. That no remedy helps in the experiments supports it.

Easily confused with
--------------------
`inputs-unrelated-to-targets`: no model beats the constant answer. `overfitting`: training score far below held-out
score. `too-few-epochs`: the loss still falls.

References
----------
Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), section 7.3 (irreducible error).
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import SOLVED, solved
from lossclinic.core.lab import Baseline
from lossclinic.evidence.references import References

ID = "noise-floor"
CLOSE = 0.05
AGREE = 0.15
KINDS_AGREE = 0.2
"""Models of different kinds may end this far apart: none of them suits a few hundred rows equally well."""
FITTED = 0.6
SETTLED = 0.05
MOSTLY_NOISE = 0.75
"""Share of the network's loss that nearest rows must show as noise where only one reference model gets so far."""
FEW_COLUMNS = 3


def examine(case: Case, baseline: Baseline, references: References) -> Finding:
    """Ask whether network and reference models agree on what is attainable."""
    clear = clearer(ID)
    if not baseline.good or len(baseline.good) < len(baseline.trials):
        return clear("some trainings of the recipe fail")
    if len(references.ranked) < 2:
        return Finding(ID, "untestable", reason="too few rows to train reference models")
    (name, best, error), (second_name, second, _) = references.ranked[:2]
    trivial, network = references.trivial, baseline.held_out
    if best > trivial * (1 - CLOSE):
        return clear("reference models hardly beat the constant answer")
    # Differences of 2 % of the constant answer's score are nothing where the loss is next to nothing.
    margin = max(CLOSE * best, SOLVED * trivial, 2 * baseline.spread / math.sqrt(len(baseline.good)))
    if network > best + min(margin, AGREE * best + SOLVED * trivial):
        return clear(f"{name} reaches {best:.4g}, the network {network:.4g}")
    nearest = _nearest_rows(case, references)
    if second > best + max(KINDS_AGREE * best, 2 * error) and nearest < MOSTLY_NOISE * network:
        return clear("the reference models do not agree, so none of them marks a floor")
    if network < best - max(AGREE * best, 2 * error):
        return clear("the network is better than every reference model, so they do not mark the floor")
    trouble = _trouble(baseline)
    if trouble and not solved(network, trivial):
        return clear(trouble)
    facts = [
        Fact(f"the network scores {network:.4g} on held-out rows", network),
        Fact(f"{name} scores {best:.4g}", best),
        Fact(f"{second_name} scores {second:.4g}", second),
    ]
    if nearest:
        facts.append(Fact(f"rows next to each other differ by as much as a noise of {nearest:.4g} makes them", nearest))
    return Finding(
        ID,
        "observed",
        confidence=0.8,
        evidence=tuple(facts),
        reason="models of different kinds end at the same loss: what is left is noise in the data",
    )


def _nearest_rows(case: Case, references: References) -> float:
    """Noise that nearest rows show, where the rows are dense enough for neighbours to be near; else 0."""
    columns = case.data.x.reshape(len(case.data), -1).shape[1]
    return references.noise if references.noise is not None and columns <= FEW_COLUMNS else 0.0


def _trouble(baseline: Baseline) -> str:
    """A sign that training itself is not in order; "" for none."""
    curve = [value for value in baseline.curve("held_out_score") if math.isfinite(value)]
    if baseline.train < FITTED * baseline.held_out:
        return "the training score is far below the held-out score"
    if len(curve) >= 4:
        lowest, quarter = min(curve), curve[-max(len(curve) // 4, 2)]
        if curve[-1] > lowest * (1 + AGREE):
            return "the held-out loss rises again"
        if curve[-1] < quarter * (1 - SETTLED):
            return "the held-out loss still falls"
    return ""


CAUSE = Cause(id=ID, title="The noise floor is reached", examine=examine)
