"""The network is too small to hold the pattern.

What it is
----------
Too few units or layers: no choice of the weights gives a function close to the one that is wanted.

Why the loss stalls
-------------------
The loss settles at the best that this network can do, on training rows as on held-out ones.

Evidence
--------
The training score stays more than 5 % above the held-out score of the best reference model. Or the narrowest hidden
dense layer has at most 4 units, or there is no hidden layer, the training score is more than half of the held-out
one, and a reference model gets beyond the linear one. Or it has fewer units than the outputs have directions to move in
(one less than there are), and held-out rows are predicted more than 5 % worse than by the best reference model.
It weighs less where the loss has hardly fallen or is still falling, where another learning rate fits the training rows
much better, and where strong penalties or dropout hold the network back.

What confirms it
----------------
Wider or more hidden layers lower the held-out loss on fresh seeds.

Easily confused with
--------------------
`over-regularised`: the network could, but is not allowed to. `too-few-epochs`, `learning-rate-too-low`,
`weak-optimizer`: it could, but does not get there. `linear-network`: it has the units, but no activations.
`bottleneck-layer`: only one layer is narrow. `noise-floor`: the references do no better, nothing is left to hold.

References
----------
Yang, Dai, Salakhutdinov and Cohen, "Breaking the softmax bottleneck" (2018): fewer units than directions.
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 5.2 (capacity, overfitting and underfitting).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.causes.architecture._hidden import bottleneck, is_linear, strongly_regularised
from lossclinic.causes.architecture._scales import TOO_DEEP
from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "too-little-capacity"
REMEDIES = ("widen", "deepen")
NARROW = 4
"""Up to this many units draw so few lines that XOR is about all that fits."""
HARDLY, STILL_FALLING, OTHER_RATE = 0.05, 0.02, 0.1
FITTED = 0.5
"""Training rows count as fitted where their score is below half of the held-out one."""


def examine(recipe: Recipe, loss_curve: LossCurve, learning_rates: LearningRates, references: Marks) -> Finding:
    """Compare the training score with what reference models reach on new rows."""
    clear = clearer(ID)
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    trivial, train = loss_curve.trivial, loss_curve.train
    if solved(train, trivial) or solved(loss_curve.held_out, trivial):
        return clear("the training loss is next to nothing, so the network holds the pattern")
    if len(architecture.hidden_layers(recipe.model)) >= TOO_DEEP and _narrowest(recipe.model) > NARROW:
        return clear("there are many layers of many units; what so many of them do is a question for too-deep")
    if (squeezed := bottleneck(recipe.model)) is not None:
        return clear(f"only '{squeezed.layer}' is narrow, between wide layers: see bottleneck-layer")
    above = excess(train, references.best, trivial)
    width, directions = _narrowest(recipe.model), (architecture.output_layer(recipe.model).units or 1) - 1
    narrow = width <= NARROW and train > FITTED * loss_curve.held_out
    # What too few units hold of the training rows by heart says little of new ones, so these decide.
    short = 0 < width < directions and excess(loss_curve.held_out, references.best, trivial) > LEAST_EXCESS
    floor = excess(references.linear, references.best, trivial) < LEAST_EXCESS and above <= 0
    if above <= LEAST_EXCESS and not short and (not narrow or floor):
        return clear("the training loss is as low as reference models get on new rows")
    facts = [
        Fact(f"training loss {train:.3g}; the best reference model reaches {references.best:.3g}", round(above, 3)),
        Fact(f"the narrowest hidden layer has {width} units" if width else "there is no hidden layer", width),
    ]
    confidence = 0.35 + 0.25 * min(max(above, 0.0), 1.0) + 0.25 * (narrow or short)
    if loss_curve.fall < HARDLY and not (narrow or short):
        facts.append(Fact("the training score has hardly fallen: it is stuck rather than small", loss_curve.fall))
        confidence *= 0.5
    for held_back, text in _other_reasons(recipe, loss_curve, learning_rates):
        facts.append(Fact(text))
        confidence *= held_back
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason="even the training rows are fitted worse than reference models predict new ones"
        if above > LEAST_EXCESS
        else "the network is too narrow for what its outputs have to say",
    )


def _narrowest(model: Json) -> int:
    """Units of the narrowest hidden layer; 0 where there is none. Convolutions and embeddings do not count."""
    widths = [layer.units for layer in architecture.hidden_layers(model) if not layer.class_name.startswith("Conv")]
    if not widths:
        return NARROW + 1 if architecture.hidden_layers(model) else 0
    return min(width for width in widths if width is not None)


def _other_reasons(recipe: Recipe, curve: LossCurve, sweep: LearningRates) -> list[tuple[float, str]]:
    """What else keeps the training loss up, each with the weight it leaves to this cause."""
    found: list[tuple[float, str]] = []
    if curve.late_fall > STILL_FALLING:
        found.append((0.7, f"the loss still falls by {curve.late_fall:.1%} over the last quarter of the epochs"))
    if any(rate.train_gain > OTHER_RATE for rate in sweep.rates):
        found.append((0.7, "another learning rate fits the training rows better"))
    if strongly_regularised(recipe.model):
        found.append((0.5, "strong penalties or dropout hold the network back"))
    if is_linear(recipe.model):
        found.append((0.5, "the hidden layers apply no non-linearity, so more of them would not help"))
    return found


CAUSE = Cause(id=ID, title="Too little capacity", examine=examine, remedies=REMEDIES)
