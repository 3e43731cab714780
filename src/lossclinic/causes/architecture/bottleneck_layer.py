"""One layer is far narrower than the layers around it.

What it is
----------
A hidden layer with few units between wide ones: everything the network knows of its inputs has to pass through them.

Why the loss stalls
-------------------
What the narrow layer drops, no layer behind it can bring back, however wide it is. Rectified units make it worse: of
two or three, one that never fires is a third or half of what passes.

Evidence
--------
A hidden Dense or recurrent layer with at most a quarter of the units of the widest layer behind it and of another
hidden layer, and fewer than what stands before it. It weighs far more where held-out rows are predicted more than 5 %
worse than by the best reference model, and more still where the training rows are not fitted either: what does get
through a needle's eye may be learnt by heart.

What confirms it
----------------
Widening that one layer lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`too-little-capacity`: the whole network is small, and there is no wide layer beside the narrow one. Autoencoders (the
targets are the inputs) are narrow on purpose, and so is a layer that holds all there is to know: widening it changes
nothing then. `dead-units`: the narrow layer is silent for every row; leaky units revive it without widening. Layers
that taper towards few outputs are usual, since the last one needs no more units than the outputs ask for.

References
----------
Tishby and Zaslavsky, "Deep learning and the information bottleneck principle" (2015).
Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception architecture" (2016), section 2, principle 1:
avoid representational bottlenecks.
"""

from __future__ import annotations

import numpy as np

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.causes.architecture._hidden import bottleneck, strongly_regularised
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.loss_curve import LossCurve

ID = "bottleneck-layer"
REMEDIES = ("widen-bottleneck",)
UNSEEN = 0.35
"""How much the shape alone says, where no reference model does better."""


def examine(case: Case, recipe: Recipe, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look for a narrow layer between wide ones that keeps the training rows from being fitted."""
    clear = clearer(ID)
    narrow = bottleneck(recipe.model)
    if narrow is None:
        return clear("no hidden layer is far narrower than the layers around it")
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if _reconstructs(case):
        return clear("the targets are the inputs: the code of an autoencoder is narrow on purpose")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear(f"'{narrow.layer}' is narrow, and the held-out loss is next to nothing all the same")
    train = excess(loss_curve.train, references.best, loss_curve.trivial)
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    held_back = 0.6 if strongly_regularised(recipe.model) else 1.0
    # References that do no better may fit these rows badly themselves: the experiment tells.
    seen = UNSEEN if above <= LEAST_EXCESS else 0.85 + 0.1 * min(max(train, 0.0), 1.0)
    text = f"'{narrow.layer}' has {narrow.units} units between layers of up to {narrow.before} and {narrow.behind}"
    marks = f"training {loss_curve.train:.3g}, held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}"
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(seen * held_back),
        evidence=(Fact(text, narrow.units), Fact(marks, round(train, 3))),
        where=Where(layer=narrow.layer),
        remedies=REMEDIES,
        reason=f"everything has to pass through the {narrow.units} units of '{narrow.layer}'",
    )


def _reconstructs(case: Case) -> bool:
    """Whether the targets are the inputs themselves."""
    x, y = np.asarray(case.data.x), np.asarray(case.data.y)
    return x.size == y.size and bool(np.array_equal(x.reshape(len(x), -1), y.reshape(len(y), -1)))


CAUSE = Cause(id=ID, title="Bottleneck layer", examine=examine, remedies=REMEDIES)
