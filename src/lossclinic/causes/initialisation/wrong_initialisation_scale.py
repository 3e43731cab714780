"""Initial weights that are far too large or far too small.

What it is
----------
Kernels drawn from a distribution whose width does not fit the number of inputs (a deviation of 1 for hundreds of
inputs, of 0.001 for ten), or an output bias far from what the targets are on average.

Why the loss stalls
-------------------
Signals and gradients grow or fade by the same factor in every layer. Too large: the first answers are wildly wrong and
certain, units saturate or die, and the first thousand updates only undo the start. Too small: all rows look the same
to the last layers, and no gradient arrives at the first.

Evidence
--------
The deviation of each kernel over the one that Glorot, He and LeCun would give it: above 4 or below 0.1 in one layer, or
beyond 20 or 1/50 over all layers together. Or a fresh network scores more than three times as badly as the best
constant answer (ln K for K even classes), on scaled inputs and targets and with hidden outputs of one size. Both weigh
half as much where the trained network predicts as well as the best reference model (within 5 %).

What confirms it
----------------
Glorot, He or LeCun initialisation, or an output layer that begins at the targets' average, lowers the held-out loss on
fresh seeds.

Easily confused with
--------------------
`constant-initialisation`: equal weights, whatever their size. Unscaled data, or an output that does not go with the
loss, make the first loss large too; it counts for nothing then. `too-deep` and `missing-normalisation`: each layer
starts well, and they multiply up. `learning-rate-too-high`: the first loss is ordinary and grows afterwards. A start
that training gets over is harmless: then no other start helps.

References
----------
Karpathy, "A recipe for training neural networks" (2019): verify the loss at initialisation, initialise the last layer.
Glorot and Bengio (2010); He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015).
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import Marks, clamp, clearer, excess, seen, severity
from lossclinic.causes._start import drift, drifted, starts_off, widths
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.inputs import InputStatistics
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve
from lossclinic.evidence.output_contract import OutputContract
from lossclinic.evidence.targets import TargetStatistics
from lossclinic.evidence.untrained import Untrained

ID = "wrong-initialisation-scale"
REMEDIES = ("glorot-initialisation", "he-initialisation", "lecun-initialisation", "output-prior")
FAR = 3.0
"""Times the trivial score; a random start of ordinary width gives 1 to 2."""
EQUAL = 0.9
LARGE_INPUT, LARGE_TARGET = 10.0, 3.0


def examine(
    recipe: Recipe,
    layers: Layers,
    untrained: Untrained,
    inputs: InputStatistics,
    targets: TargetStatistics,
    output_contract: OutputContract,
    loss_curve: LossCurve,
    references: Marks,
) -> Finding:
    """Hold the width of the initial weights, and the first loss, against what they should be."""
    clear = clearer(ID)
    if recipe.initial == "given":
        return clear("training starts from given weights")
    if not layers.measured:
        return Finding(ID, "untestable", reason="the layers could not be looked into")
    scales, off = widths(layers), starts_off(layers)
    name = max(scales, key=lambda each: abs(math.log(scales[each])), default="")
    explained = (
        _large_data(inputs, targets) or output_contract.mismatches or drift(layers.hidden_start) > drifted(recipe.model)
    )
    equal = any(probe.identical_units >= EQUAL for probe in layers.hidden_start)
    far = FAR < untrained.excess < math.inf and not explained and not equal
    if not off and not far:
        return clear("initial weights fit their layers, and the first loss is near that of a constant answer")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the start is off, and the held-out loss is next to nothing all the same")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    facts = [
        Fact(f"the first score is {untrained.excess:.3g} times that of a constant answer", round(untrained.excess, 3)),
        Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)),
    ]
    if off:
        text = f"the first weights of '{name}' are {scales[name]:.3g} times as wide as keeps signals in size"
        facts.insert(0, Fact(text, round(scales[name], 4)))
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp((0.45 + 0.3 * off + 0.15 * far) * seen(above)),
        evidence=tuple(facts),
        where=Where(layer=name if off else layers.output),
        remedies=REMEDIES if off else ("output-prior",),
        reason="signals and gradients are off by orders of magnitude before the first update"
        if off
        else "the first answers are much further off than a constant would be",
    )


def _large_data(inputs: InputStatistics, targets: TargetStatistics) -> bool:
    """Whether the size of inputs or targets explains a large first loss."""
    columns = max((column.scale for column in inputs.columns), default=0.0)
    numbers = (abs(m) / max(s, 1e-12) for m, s in zip(targets.mean, targets.std, strict=True))
    return columns > LARGE_INPUT or any(s > LARGE_TARGET for s in targets.std) or any(r > LARGE_TARGET for r in numbers)


CAUSE = Cause(id=ID, title="Wrong scale of the initial weights", examine=examine, remedies=REMEDIES)
