"""The network does not even fit the rows it is trained on as well as simple models predict new ones.

What it is
----------
A summary where no single fault is found: training and held-out loss are both high, close together, and settled.

Why the loss stalls
-------------------
What the network can express, what its optimizer can find, or what its inputs offer in this form does not suit the task;
boosted trees or nearest neighbours get clearly further with the same rows.

Evidence
--------
The training score lies more than 15 % above the best reference model's held-out score, the loss has settled (it falls
by less than 3 % over the last quarter of the epochs), the gap between training and held-out rows is small, every
training ends well, and no other learning rate closes the distance.

What confirms it
----------------
It is what is left: where an experiment confirms a cause that explains it, that cause is named and this one is not.

Easily confused with
--------------------
`too-little-capacity`, `over-regularised`, `linear-network`, `learning-rate-too-low`, `too-few-epochs`,
`weak-optimizer`, `saturating-activations`: each of them underfits, and its remedy shows which it is.
`noise-floor`: the reference models get no further either. `overfitting`: only the held-out loss is high.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 5.2 (capacity, overfitting and underfitting).
Grinsztajn, Oyallon and Varoquaux, "Why do tree-based models still outperform deep learning on typical tabular data?"
(2022).
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clearer, excess
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "underfitting"
FAR_ABOVE = 0.15
SETTLED = 0.03
NARROW = 0.3
"""A gap of less than a third of the held-out loss is not what makes it high."""
SEVERITY = 0.3


def examine(loss_curve: LossCurve, learning_rates: LearningRates, references: Marks) -> Finding:
    """Compare both losses with what reference models reach."""
    clear = clearer(ID)
    if not loss_curve.measured or loss_curve.failed:
        return clear("some trainings do not end, which is another fault")
    above = excess(loss_curve.train, references.best, loss_curve.trivial)
    if above <= FAR_ABOVE:
        return clear(f"the training score of {loss_curve.train:.3g} is not far above {references.best:.3g}")
    if loss_curve.late_fall > SETTLED:
        return clear(f"the loss still falls by {loss_curve.late_fall:.0%} over the last quarter of the epochs")
    if loss_curve.relative_gap > NARROW:
        return clear(f"{loss_curve.relative_gap:.0%} of the held-out loss is the gap to training rows")
    best = learning_rates.best
    closer = excess(best.train, references.best, loss_curve.trivial) if best is not None else above
    if closer <= FAR_ABOVE:
        return clear("another learning rate closes the distance to the reference models")
    return Finding(
        ID,
        "observed",
        severity=SEVERITY,
        confidence=0.5,
        evidence=(
            Fact(f"the training score is {loss_curve.train:.3g}, the held-out score {loss_curve.held_out:.3g}"),
            Fact(f"the best reference model's held-out score is {references.best:.3g}", round(above, 3)),
        ),
        reason="the network fits its own training rows worse than a reference model predicts new ones",
    )


CAUSE = Cause(id=ID, title="Underfitting", examine=examine)
