"""Dropout in a place where it does harm.

What it is
----------
Dropout behind the output layer, in front of batch normalisation, or right before pooling.

Why the loss stalls
-------------------
Behind the output it deletes answers: a number is taught to be smaller than it is, a class gets probability 0 by
chance, and the loss of such rows drowns that of the others. Before batch normalisation the averages that are used for
prediction belong to the thinned signal, not to the full one. Before max-pooling the largest of the survivors is not
what the pool sees when all are there.

Evidence
--------
Read off the model: a dropout layer without a layer with weights behind it; one from which the signal reaches a batch
normalisation through at most one layer with weights; one that a pooling layer reads.

What confirms it
----------------
The same dropout in front of the output layer, behind the normalisation or behind the pooling, or none at all, lowers
the held-out loss on fresh seeds.

Easily confused with
--------------------
`over-regularised`: the place is usual, the rate is too high; a rate above .5 in front of another layer is that cause's
business. `too-little-capacity`: the training rows are fitted badly too, but without dropout on their answers.
Dropout behind the last hidden layer or behind batch normalisation is where it belongs.

References
----------
Li, Chen, Hu and Yang, "Understanding the disharmony between dropout and batch normalization by variance shift" (2019).
Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout" (2014).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Cause
from lossclinic.core.dropout import DROPOUTS, dropout_place
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.loss_curve import LossCurve

ID = "misplaced-dropout"
REMEDIES = ("move-dropout",)
NEGLIGIBLE = 0.05
"""A rate below this changes the variance by less than a tenth wherever it stands."""
SURE = {"output": 0.95, "normalisation": 0.6, "pooling": 0.4}
"""Behind the output nothing speaks for dropout; in front of normalisation or pooling it does harm by its amount."""
WORDS = {
    "output": "stands behind the output layer and deletes answers",
    "normalisation": "stands in front of batch normalisation, whose averages it distorts",
    "pooling": "stands right before a pooling layer",
}


def examine(recipe: Recipe, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look at what stands behind each dropout layer."""
    clear = clearer(ID)
    places = dropout_places(recipe.model)
    if not places:
        return clear("every dropout stands in front of a layer that can use it, or there is none")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("dropout stands in an odd place, and the held-out loss is next to nothing all the same")
    name, place, _ = max(places, key=lambda each: (SURE[each[1]], each[2]))
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    if place != "output" and above <= LEAST_EXCESS:
        return clear(f"'{name}' {WORDS[place]}, but the network predicts as well as the references")
    facts = [Fact(f"'{each}' (rate {r:g}) {WORDS[where]}", r) for each, where, r in places]
    facts.append(Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)))
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(SURE[place]),
        evidence=tuple(facts),
        where=Where(layer=name),
        remedies=REMEDIES,
        reason=f"'{name}' {WORDS[place]}",
        is_fact=place == "output",
    )


def dropout_places(model: Json) -> list[tuple[str, str, float]]:
    """(name, place, rate) of every misplaced dropout layer."""
    found: list[tuple[str, str, float]] = []
    for layer in architecture.layers(model):
        rate = float(layer.config.get("rate") or 0.0) if layer.class_name in DROPOUTS else 0.0
        place, _ = dropout_place(model, layer) if rate > NEGLIGIBLE else ("", "")
        if place:
            found.append((layer.name, place, rate))
    return found


def glance(recipe: Recipe) -> Finding:
    """Look at what stands behind each dropout layer, without knowing what it costs."""
    places = dropout_places(recipe.model)
    if not places:
        return clearer(ID)("every dropout stands in front of a layer that can use it, or there is none")
    name, place, rate = max(places, key=lambda each: (SURE[each[1]], each[2]))
    plain = place == "output"
    return Finding(
        ID,
        "observed" if plain else "suspected",
        severity=0.7 if plain else 0.2,
        confidence=clamp(SURE[place]),
        evidence=(Fact(f"its rate is {rate:g}", rate),),
        where=Where(layer=name),
        remedies=REMEDIES,
        reason=f"'{name}' {WORDS[place]}",
        is_fact=plain,
    )


CAUSE = Cause(id=ID, title="Misplaced dropout", examine=examine, remedies=REMEDIES, glance=glance)
