"""The loss measures something else than the task asks for.

What it is
----------
Squared error for classes, cross-entropy for numbers, a loss over several units for two classes on one, one-hot rows
for a loss that reads class numbers or the other way round, a margin to both sides of zero for an output that is never
negative.

Why the loss stalls
-------------------
Its gradient points elsewhere, or nowhere: categorical cross-entropy over one unit is 0 whatever the answer. Squared
error behind a sigmoid goes flat exactly where the answer is most wrong.

Evidence
--------
Class of the loss, width of the output, kind and coding of the targets. Mismatches that often cost nothing (squared
error for two classes) get low severity.

What confirms it
----------------
The loss that fits, on the same network, lowers the held-out log-loss (squared error for numbers).

Easily confused with
--------------------
`logits-mismatch`, `wrong-output-activation`, `wrong-output-units`: there the loss is right and the output is not.
`wrong-label-encoding`: labels -1 and 1, or 1 to K, for a loss that counts from 0. Binary cross-entropy for
numbers in 0 to 1 behind a sigmoid, hinge losses on outputs of both signs, and focal losses are choices, not faults.

References
----------
Bishop, "Pattern Recognition and Machine Learning" (2006), sections 4.3 and 5.2.
Golik, Doetsch and Ney, "Cross-entropy vs. squared error training" (2013).
"""

from __future__ import annotations

from lossclinic.causes.loss._mismatch import judge
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.evidence.output_contract import OutputContract

ID = "wrong-loss"


def examine(output_contract: OutputContract, case: Case) -> Finding:
    """Compare the loss with task and output."""
    return judge(ID, output_contract, case, f"{output_contract.loss} suits the task and the output")


def glance(output_contract: OutputContract) -> Finding:
    """The same for a saved model: what its targets are is taken from its loss."""
    return judge(ID, output_contract, None, f"{output_contract.loss} suits the task and the output")


CAUSE = Cause(id=ID, title="Wrong loss", examine=examine, remedies=("matching-loss", "matching-output"), glance=glance)
