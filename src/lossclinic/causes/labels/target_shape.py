"""Targets and output have different axes, and the loss compares rows with the targets of other rows.

What it is
----------
Targets of shape (rows,) or (rows, 1, columns) against an output of (rows, steps, units) or (rows, columns). The usual
ways: a recurrent layer before the output that returns all its steps, an axis too many in the targets, and a loss of the
script's own with targets of shape (rows,) against an output of (rows, 1).

Why the loss stalls
-------------------
Arrays of different axes are broadcast: every answer is compared with every target of the batch. The best answer is then
the mean of the batch, whatever the inputs say.

Evidence
--------
The shape of the targets, and the axes of the output as the layers in front of it decide them. Nothing is trained.

What confirms it
----------------
The same training with axes that go together lowers the held-out score.

Easily confused with
--------------------
`wrong-output-units`: as many axes, but another width. `inputs-unrelated-to-targets`: the network ends at the mean too,
but so do all reference models. A target for every step goes with a layer that returns all steps: no fault. Keras adds
and drops a last axis of length 1 by itself.

References
----------
Keras' documentation of losses; NumPy's documentation of broadcasting.
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence.target_shape import TargetShape

ID = "target-shape"
REMEDIES = ("fix-target-shape",)
PLAIN = 0.9
"""From this severity on, rows are compared with the targets of others beyond doubt."""


def examine(target_shape: TargetShape) -> Finding:
    """Compare the axes of targets and output."""
    if not target_shape.text:
        return clearer(ID)("targets and output have axes that go together")
    sure = target_shape.severity >= PLAIN
    return Finding(
        ID,
        "suspected",
        severity=target_shape.severity,
        confidence=0.95 if sure else 0.6,
        evidence=(Fact(f"targets of shape {target_shape.targets}; {target_shape.text}"),),
        where=Where(layer=target_shape.steps) if target_shape.steps else None,
        remedies=REMEDIES,
        is_fact=sure,
        reason=target_shape.text,
    )


CAUSE = Cause(id=ID, title="Shape of the targets", examine=examine, remedies=REMEDIES)
