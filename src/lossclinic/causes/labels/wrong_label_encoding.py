"""The class labels are not coded as the loss reads them.

What it is
----------
-1 and 1, or 1 and 2, or 0 and 255 for binary cross-entropy, which reads 0 and 1; labels from 1 to K, or with gaps, for
sparse cross-entropy over K units, which reads 0 to K - 1.

Why the loss stalls
-------------------
Outside 0 and 1 binary cross-entropy has no lowest point: it falls below 0 and drives every answer to one side. A label
beyond the last unit has no unit to answer with: depending on the backend it is ignored, gives NaN or raises.

Evidence
--------
The labels in the targets, the width of the output and the loss. Nothing is trained for it.

What confirms it
----------------
The same training with classes counted from 0 lowers the held-out log-loss.

Easily confused with
--------------------
`wrong-loss`: one-hot rows for a loss that reads class numbers are right labels for another loss, and changing the loss
is enough. `wrong-output-units`: labels from 0 to K - 1 with fewer than K units. Labels 1 to K with K + 1 units, and
-1 and 1 with hinge loss or squared error behind tanh, go together: no fault.

References
----------
Keras' documentation of the probabilistic losses (`BinaryCrossentropy`, `SparseCategoricalCrossentropy`).
"""

from __future__ import annotations

from lossclinic.causes.loss._mismatch import judge
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.evidence.output_contract import OutputContract

ID = "wrong-label-encoding"


def examine(output_contract: OutputContract, case: Case) -> Finding:
    """Compare the labels with what the loss reads."""
    return judge(ID, output_contract, case, f"{output_contract.loss} reads the targets as they are")


CAUSE = Cause(id=ID, title="Wrong label encoding", examine=examine, remedies=("fix-label-encoding",))
