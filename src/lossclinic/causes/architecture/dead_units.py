"""ReLU units that answer 0 for every row.

What it is
----------
A ReLU unit whose input is negative for all rows puts out 0 and gets no gradient, so it stays that way.

Why the loss stalls
-------------------
What is left of the layer is narrower than it looks. Where all of a layer is dead, nothing passes and the
network answers the same for every row.

Evidence
--------
In a hidden ReLU layer more than half of the units put out 0 for every sampled row, with fresh weights or after
training. It weighs half as much where the network predicts as well as the best reference model (within 5 %) and its
training score has fallen, and where the first weights are of the wrong size.

What confirms it
----------------
Leaky ReLU or ELU, which pass a gradient below 0 too, or He initialisation lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-high`: one step that is too long can kill a layer; the units are alive with fresh weights then, and
a lower rate repairs the reason. `unscaled-inputs` does the same through large values. `constant-initialisation`:
weights of 0 put out 0 as well. A wide layer with many silent units may be wide rather than ill: then no remedy helps.

References
----------
Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization: theory and numerical examples" (2019).
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clamp, clearer, excess, seen, severity
from lossclinic.causes._start import starts_off
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.probe import LayerProbe
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "dead-units"
REMEDIES = ("leaky-relu", "he-initialisation")
MOSTLY = 0.5
"""Share of a layer's units; the same as in common debuggers."""
ALL = 0.95
HARDLY = 0.05


def examine(layers: Layers, loss_curve: LossCurve, references: Marks) -> Finding:
    """Find the layer with the largest share of dead units."""
    clear = clearer(ID)
    if not layers.measured:
        return Finding(ID, "untestable", reason="the layers could not be looked into")
    worst = max(layers.hidden, key=lambda p: p.dead, default=None)
    if worst is None or worst.dead <= MOSTLY:
        share = worst.dead if worst else 0.0
        return clear(f"at most {share:.0%} of a hidden layer's units are dead")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear(f"{worst.dead:.0%} of '{worst.layer}' are dead, but the held-out loss is next to nothing")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    stuck = loss_curve.fall < HARDLY
    early = _at_start(layers, worst)
    facts = [
        Fact(f"{worst.dead:.0%} of the units of '{worst.layer}' put out 0 for every row", round(worst.dead, 3)),
        Fact(f"with fresh weights it was {early:.0%}", round(early, 3)),
        Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)),
    ]
    confidence = 0.4 + 0.35 * (worst.dead >= ALL) + 0.1 * stuck + 0.1 * (early > MOSTLY)
    if worst.identical_units >= ALL:
        facts.append(Fact("they all have the same weights, so it is their start that ails them", worst.identical_units))
        confidence *= 0.5
    elif starts_off(layers):
        facts.append(Fact("the first weights are far from the size that keeps signals in theirs, which may be why"))
        confidence *= 0.5
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(confidence * (1.0 if stuck else seen(above))),
        evidence=tuple(facts),
        where=Where(layer=worst.layer),
        remedies=REMEDIES,
        reason=f"most units of '{worst.layer}' are dead" + ("" if early > MOSTLY else " and died during training"),
    )


def _at_start(layers: Layers, worst: LayerProbe) -> float:
    return next((p.dead for p in layers.hidden_start if p.layer == worst.layer), 0.0)


def glance(fresh_layers: Layers) -> Finding:
    """Find the layer with the largest share of units that are dead before the first step."""
    if not fresh_layers.measured:
        return Finding(ID, "untestable", reason="the layers could not be looked into")
    worst = max(fresh_layers.hidden_start, key=lambda p: p.dead, default=None)
    if worst is None or worst.dead <= MOSTLY or worst.identical_units >= ALL:
        return clearer(ID)("with fresh weights, most units of every hidden layer answer to some row")
    return Finding(
        ID,
        "suspected",
        severity=0.7 if worst.dead >= ALL else 0.4,
        confidence=0.8 if worst.dead >= ALL else 0.4,
        evidence=(
            Fact(f"{worst.dead:.0%} of the units of '{worst.layer}' put out 0 for every row", round(worst.dead, 3)),
        ),
        where=Where(layer=worst.layer),
        remedies=REMEDIES,
        reason=f"most units of '{worst.layer}' are dead before the first step; a wide layer may not need them",
    )


CAUSE = Cause(id=ID, title="Dead units", examine=examine, remedies=REMEDIES, glance=glance)
