"""The network learns its training rows better than the pattern behind them.

What it is
----------
More freedom than the rows can pin down: the network fits what is particular to the training rows.

Why the loss stalls
-------------------
The training loss falls on, but what is learned no longer holds for new rows. The held-out loss stays at a level that a
narrower choice of functions would get below.

Evidence
--------
Held-out minus training score over several seeds: suspected where the 95 % interval of this gap lies above 0 and the gap
is more than 20 % of the held-out score, or where it is more than half of it: few seeds that overfit a lot differ
a lot. It weighs more where the gap is wide at the best epoch already, where
the held-out score rises afterwards, and where reference models do better on held-out rows.

What confirms it
----------------
A penalty, dropout or, for images, augmentation lowers the held-out loss on fresh seeds. Early stopping is tried last:
it only picks the best point on the way, so it belongs to `too-many-epochs` where the gap opens late.

Easily confused with
--------------------
`too-many-epochs`: the gap is small at the best epoch and opens later. `unshuffled-split` and a shift between the rows:
the held-out rows are of another kind, so the gap is there from the first epoch. A gap alone is no fault: a network
that fits every training row may still be the best there is, and then no remedy helps.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 5.2 and 7.
Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
Belkin, Hsu, Ma and Mandal, "Reconciling modern machine-learning practice and the bias-variance trade-off" (2019).
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clamp, clearer, excess
from lossclinic.causes._past_best import near_its_best
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.loss_curve import LossCurve
from lossclinic.evidence.split_quality import SplitQuality

ID = "overfitting"
REMEDIES = ("l2", "dropout", "augment-images", "l1", "early-stopping")
LEAST_GAP = 0.2
WIDE_GAP = 0.5
CHANCE = 1e-3
"""Probability of a difference in targets between the two sides below which it is no accident."""
APART = 0.6
"""Validation loss two and a half times the training loss: healthy small networks reach half of that."""


def examine(loss_curve: LossCurve, references: Marks) -> Finding:
    """Measure the gap between training and held-out rows."""
    clear = clearer(ID)
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    gap, share = loss_curve.gap, loss_curve.relative_gap
    surely = gap.low > 0 or share > WIDE_GAP
    if not surely or share < LEAST_GAP:
        return clear(f"the held-out loss is {max(share, 0.0):.0%} above the training loss, too little to matter")
    facts = [
        Fact(
            f"held-out {loss_curve.held_out:.3g}, training {loss_curve.train:.3g}: a gap of {share:.0%}",
            round(share, 3),
        )
    ]
    at_best = loss_curve.relative_gap_at_best
    confidence = 0.2 + 0.2 * min(share, 1.0) + 0.25 * min(max(at_best, 0.0), 1.0)
    facts.append(Fact(f"at the best epoch the gap is {at_best:.0%} of the held-out score already", round(at_best, 3)))
    if loss_curve.rise > 0.02:
        text = f"the held-out score rises by {loss_curve.rise:.0%} after its lowest point"
        facts.append(Fact(text, round(loss_curve.rise, 3)))
        confidence += 0.15
    above = excess(loss_curve.best_held_out, references.best, loss_curve.trivial)
    if above > 0:
        text = f"a reference model reaches {references.best:.3g} on held-out rows"
        facts.append(Fact(text, round(above, 3)))
        confidence += 0.15
    # Where the loss rises after a lowest point, stopping there is the experiment for too many epochs: what it repairs
    # was lost by going on. Overfitting is what another regulariser repairs beyond that.
    stops = not near_its_best(loss_curve)
    return Finding(
        ID,
        "suspected",
        severity=round(min(share, 1.0) * 0.8, 2),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=tuple(r for r in REMEDIES if not (stops and r == "early-stopping")),
        reason="the network fits its training rows far better than rows it has not seen",
    )


def glance(history_curve: HistoryCurve, split_quality: SplitQuality | None = None) -> Finding:
    """Measure the gap in the script's own history, at the best epoch already."""
    clear = clearer(ID)
    gap = min(history_curve.gap, history_curve.gap_at_best)
    if not history_curve.measured or not history_curve.validated:
        return Finding(ID, "untestable", reason="there is no validation loss")
    if split_quality is not None and (split_quality.unseen or split_quality.shift_p < CHANCE):
        return clear("the validation rows are of another kind, which makes a gap by itself: unshuffled-split")
    if history_curve.fall < LEAST_GAP or history_curve.held_out_swing > LEAST_GAP:
        return clear("the training loss hardly falls, or the validation loss swings too much to tell a gap")
    if gap < APART:
        return clear(f"at the best epoch the validation loss is {max(gap, 0.0):.0%} above the training loss")
    told = f"validation {history_curve.held_out:.3g}, training {history_curve.train:.3g}"
    return Finding(
        ID,
        "suspected",
        severity=round(min(gap, 1.0) * 0.8, 2),
        confidence=0.4,
        evidence=(
            Fact(f"{told}: a gap of {history_curve.gap:.0%} of the validation loss", round(history_curve.gap, 3)),
            Fact(f"at the best epoch it is {history_curve.gap_at_best:.0%}", round(history_curve.gap_at_best, 3)),
        ),
        remedies=REMEDIES,
        reason="the network fits its training rows far better than the validation rows; a gap alone is no fault, and "
        "validation rows of another kind make one too",
    )


CAUSE = Cause(id=ID, title="Overfitting", examine=examine, remedies=REMEDIES, glance=glance)
