"""There are too few rows: with more of them the same training would do clearly better.

What it is
----------
The rows show too little of the pattern. The network fits those it has and has to guess between them.

Why the loss stalls
-------------------
What a model can learn from rows is bounded by them: its held-out loss falls with their number by a power law, and no
change of the training makes up for what they do not show.

Evidence
--------
The learning curve: the recipe trained on a quarter, half and all of the rows, for the same number of steps, scored at
its best epoch. Power laws through the three points, with a floor and without, forecast the loss with twice the rows;
their mean counts. Observed where it falls by 20 %, and by 8 % in all but 5 % of the forecasts over resampled seeds.
Losses below 15 % of the constant answer's are good enough.

What confirms it
----------------
It is an observation. Nothing is wrong with the training itself where no remedy helps: the report then ends with
"the data must change".

Easily confused with
--------------------
`overfitting`: the gap between training and new rows is the same, but there a penalty or dropout lowers the loss on the
same rows, or a model of another kind does better with them, or the network knows them by heart; no learning curve is
trained in the latter two cases. `noise-floor`: the curve
is flat, more rows would not help. `too-few-epochs`: the loss still falls when training ends.

References
----------
Cortes et al., "Learning curves: asymptotic values and rate of convergence" (1993).
Hestness et al., "Deep learning scaling is predictable, empirically" (2017).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.evidence.learning_curve import LearningCurve

ID = "too-few-examples"
LEAST_GAIN = 0.2
"""Relative fall of the loss for twice the rows from which on collecting them is worth advising."""
SURE_GAIN = 0.08
"""What that fall is at least in all but 5 % of the resampled forecasts: more than the smallest useful gain."""
SERIOUS_GAIN = 0.6
"""A loss that twice the rows would lower by this much is as bad as it gets (severity 1)."""


def examine(learning_curve: LearningCurve) -> Finding:
    """Ask the learning curve what more rows would give."""
    clear = clearer(ID)
    curve = learning_curve
    if not curve.rows:
        return clear(f"more rows were not tried: {curve.reason}")
    if curve.low < SURE_GAIN or curve.gain < LEAST_GAIN:
        return clear(f"twice the rows would lower the held-out loss by {max(curve.gain, 0.0):.0%}, not surely enough")
    points = ", ".join(f"{score:.3g} with {rows}" for rows, score in zip(curve.rows, curve.scores, strict=True))
    return Finding(
        ID,
        "observed",
        severity=round(min(curve.gain / SERIOUS_GAIN, 1.0), 2),
        confidence=0.7,
        evidence=(
            Fact(f"held-out loss by number of training rows: {points}"),
            Fact(
                f"with {2 * curve.rows[-1]} rows it would fall by about {curve.gain:.0%} "
                f"({curve.low:.0%} to {curve.high:.0%})",
                round(curve.gain, 3),
            ),
        ),
        reason="the held-out loss still falls with the number of rows, so more rows would help more than another model",
    )


CAUSE = Cause(id=ID, title="Too few rows", examine=examine)
