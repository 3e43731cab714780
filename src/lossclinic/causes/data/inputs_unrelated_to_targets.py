"""Nothing in the inputs says anything about the targets.

What it is
----------
The inputs are uninformative, or rows of inputs and targets no longer belong together (one was sorted alone).

Why the loss stalls
-------------------
No function of these inputs beats the best constant answer on new rows. Training can only learn rows by heart.

Evidence
--------
Neither linear model, nearest neighbours, boosted trees nor the network beats the constant answer on held-out rows
by more than 3 % and twice its standard error; the trees do as well on shuffled targets as on the real ones.

What confirms it
----------------
It is a statement about the data that no change of the training could confirm; check how inputs and targets were joined.

Easily confused with
--------------------
`noise-floor`: there something can be predicted. `too-little-capacity` and a pattern that only a suitable network finds
(parity, positions in pictures): so pictures and sequences are suspected at most. Too few rows decide nothing.
`label-noise`: a few numbers that are grossly off decide every squared error, and hide what the others show.

References
----------
Ojala and Garriga, "Permutation tests for studying classifier performance" (2010).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.label_quality import LabelQuality
from lossclinic.evidence.references import References

ID = "inputs-unrelated-to-targets"
LEAST_LIFT = 0.03
DETECTABLE = 0.08
"""With a standard error of the gain above this, a real relation could hide in the noise."""
FEWEST_HELD_OUT = 40
STRUCTURED = ("Conv", "LSTM", "GRU", "SimpleRNN", "Embedding", "Bidirectional", "MultiHeadAttention")


def examine(references: References, baseline: Baseline, recipe: Recipe, label_quality: LabelQuality) -> Finding:
    """Ask whether anything predicts the targets better than a constant."""
    clear = clearer(ID)
    trained = references.ranked
    if len(trained) < 2 or references.held_out < FEWEST_HELD_OUT:
        return Finding(ID, "untestable", reason="too few rows to tell a weak relation from none")
    trivial = max(references.trivial, 1e-12)
    name, best, _ = trained[0]
    lift = 1 - best / trivial
    noise = references.lift_error
    if lift > max(LEAST_LIFT, 2 * noise):
        return clear(f"{name} beats the constant answer by {lift:.0%}")
    network = 1 - baseline.held_out / trivial
    if network > max(LEAST_LIFT, 2 * noise):
        return clear(f"the network beats the constant answer by {network:.0%}")
    if label_quality.some_gross:
        return clear("a few targets are so far off that they decide every score: see label-noise")
    facts = [
        Fact(f"the best constant answer scores {trivial:.4g} on held-out rows", trivial),
        Fact(f"the best reference model ({name}) scores {best:.4g}", best),
    ]
    if references.permuted is not None:
        facts.append(Fact(f"boosted trees trained on shuffled targets score {references.permuted:.4g}"))
    structured = any(layer.class_name.startswith(STRUCTURED) for layer in architecture.layers(recipe.model))
    # A gain below two errors but not small proves nothing either way.
    unsure = structured or noise > DETECTABLE or (lift > LEAST_LIFT and lift > noise)
    return Finding(
        ID,
        "suspected" if unsure else "observed",
        severity=0.9,
        confidence=0.4 if unsure else 0.9,
        evidence=tuple(facts),
        reason="no model without a network sees a relation, but these rows or models may hide one"
        if unsure
        else "nothing predicts these targets from these inputs; check that their rows belong together",
    )


CAUSE = Cause(id=ID, title="Inputs unrelated to targets", examine=examine)
