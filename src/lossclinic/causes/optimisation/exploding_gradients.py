"""Gradients that grow on their way back, or jump by orders of magnitude from one batch to the next.

What it is
----------
A gradient is a product with one factor for each layer or time step. Where the factors are above 1, deep stacks and long
sequences turn it into huge numbers, and some batches meet a cliff of the loss.

Why the loss stalls
-------------------
One step along such a gradient throws the weights far away; the loss leaps up, or becomes infinite, and the progress of
many steps is lost.

Evidence
--------
A network with recurrent layers or at least five layers with weights, and one of: trainings that end without a finite
loss after their weights had grown a hundredfold; gradients of fresh weights that are more than a hundred times larger
at the first layers than at the last; a first update that would change a recurrent layer by more than 3 % of its own
size; a training loss that leaps to more than three times its level in most trainings; or a plain recurrent layer
without a bounded activation whose fresh weights multiply its state more than tenfold over all steps (largest singular
value of the recurrent kernel, to the power of the steps).

What confirms it
----------------
Clipped gradients, recurrent kernels that keep lengths, or a warm-up lower the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-high`: a lower rate trains as well, in networks of any depth; both are tried on the same seeds.
`unscaled-inputs` and `unscaled-targets`: large values make every gradient large. `wrong-initialisation-scale`: the
outputs of fresh weights are large already. `non-finite-loss`: one operation breaks among ordinary numbers.

References
----------
Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
Philipp, Song and Carbonell, "The exploding gradient problem demystified" (2018).
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import clamp, clearer, severity
from lossclinic.causes.numerics._blown import blown_up
from lossclinic.causes.optimisation._scale import large_values
from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.lab import Baseline
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.breakdown import FirstBreak
from lossclinic.evidence.gradient_flow import GradientFlow
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "exploding-gradients"
REMEDIES = ("clip-gradients", "orthogonal-initialisation", "warm-up")
DEEP = 5
LARGER = 100.0
LEAP = 3.0
"""A loss three times that of the epochs around it: what redrawn batches do is a few tenths."""
CLEARLY_LOWER = 0.4
TENFOLD = 10.0
LARGEST_LOG = 300.0
LARGE_UPDATE = 0.03
"""Thirty times the usual thousandth of its own size."""
RECURRENT = ("SimpleRNN", "LSTM", "GRU", "Bidirectional", "RNN")


def examine(
    recipe: Recipe,
    case: Case,
    baseline: Baseline,
    loss_curve: LossCurve,
    breakdown: FirstBreak,
    gradient_flow: GradientFlow,
    layers: Layers,
    learning_rates: LearningRates,
) -> Finding:
    """Look for growth through the layers and for leaps over time, in networks that can have them."""
    clear = clearer(ID)
    hidden = architecture.hidden_layers(recipe.model)
    recurrent = any(layer.class_name in RECURRENT for layer in hidden)
    if not recurrent and len(hidden) + 1 < DEEP:
        return clear(f"{len(hidden) + 1} layers with weights, none of them recurrent: too few factors to explode")
    if loss_curve.measured and not loss_curve.failed and solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    large = large_values(case, recipe)
    if large:
        return clear(f"the {large} are large, which makes every gradient large: see unscaled-{large}")
    blown = breakdown.found is not None and blown_up(breakdown.found)
    growing = gradient_flow.growth > LARGER
    leaps = gradient_flow.leap > LEAP
    first = _largest_first_update(layers) if recurrent else 0.0
    widest = max(layers.start, key=_widening, default=None)
    width = _widening(widest) if widest is not None else 0.0
    if not (blown or growing or leaps or first > LARGE_UPDATE or width > TENFOLD):
        return clear(
            f"gradients grow {gradient_flow.growth:.3g} times towards the input at most, and no epoch's loss leaps"
        )
    calmer = max((r.gain for r in learning_rates.lower if r.always and r.failed == 0), default=0.0)
    if calmer > CLEARLY_LOWER and not (growing or recurrent):
        return clear("a lower learning rate trains far better: see learning-rate-too-high")
    facts: list[Fact] = []
    if blown and breakdown.found is not None:
        found = breakdown.found
        text = f"weights had grown {found.growth:.3g} times when the loss became infinite in epoch {found.epoch}"
        facts.append(Fact(text, found.growth))
    if growing:
        text = (
            f"with fresh weights the gradient is {gradient_flow.growth:.3g} times larger at '{gradient_flow.largest}'"
        )
        facts.append(Fact(f"{text} than at the output", gradient_flow.growth))
    if leaps:
        text = f"the training loss leaps to {gradient_flow.leap:.3g} times that of the epochs around it"
        facts.append(Fact(text, round(gradient_flow.leap, 2)))
    if first > LARGE_UPDATE:
        text = f"the first update would change a recurrent layer by {first:.3g} times its own size"
        facts.append(Fact(text, round(first, 3)))
    if widest is not None and width > TENFOLD:
        text = (
            f"each of {widest.steps:.0f} steps multiplies the state of '{widest.layer}' by up to {widest.per_step:.3g}"
        )
        facts.append(Fact(f"{text}, so {width:.3g}-fold in all", round(width, 1)))
    confidence = 0.45 + 0.2 * blown + 0.15 * growing + 0.15 * leaps + 0.15 * recurrent + 0.15 * (first > LARGE_UPDATE)
    confidence += 0.15 * (width > LARGER)
    return Finding(
        ID,
        "suspected",
        severity=severity(0.5 if blown or baseline.held_out > loss_curve.trivial else 0.2),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason="some gradients are far larger than the others, and one step along them undoes many",
    )


def _widening(probe: LayerProbe) -> float:
    """How many times larger the steps of a recurrent layer make its state, and a gradient on its way back, at most."""
    if not probe.per_step > 0:
        return 0.0
    return math.exp(min(probe.steps * math.log(probe.per_step), LARGEST_LOG))


def _largest_first_update(layers: Layers) -> float:
    ratios = [p.update_ratio for p in layers.start if p.class_name in RECURRENT and math.isfinite(p.update_ratio)]
    return max(ratios, default=0.0)


CAUSE = Cause(id=ID, title="Exploding gradients", examine=examine, remedies=REMEDIES)
