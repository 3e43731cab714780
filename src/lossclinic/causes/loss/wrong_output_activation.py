"""The output layer cannot put out what the targets ask for.

What it is
----------
ReLU, sigmoid or tanh in front of numbers beyond their range; softmax over one unit; tanh or ReLU where probabilities
are needed; softmax for labels that do not exclude each other, separate sigmoids for classes that do.

Why the loss stalls
-------------------
Targets out of reach leave an error that no weight can remove, and at the edge of its range the activation has no slope.
Softmax over one unit answers 1 for every row.

Evidence
--------
The activation applied last, its range, and the share of targets outside it.

What confirms it
----------------
The activation that fits lowers the held-out loss.

Easily confused with
--------------------
`wrong-loss`, `logits-mismatch`. A sigmoid for numbers that all lie in 0 to 1, ReLU for numbers that are never negative,
and tanh for labels of -1 and 1 are choices, not faults.

References
----------
Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2 (canonical link functions).
"""

from __future__ import annotations

from lossclinic.causes.loss._mismatch import judge
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.evidence.output_contract import OutputContract

ID = "wrong-output-activation"


def examine(output_contract: OutputContract, case: Case) -> Finding:
    """Compare what the output can reach with the targets."""
    return judge(ID, output_contract, case, f"an output of {output_contract.activation} can reach the targets")


def glance(output_contract: OutputContract) -> Finding:
    """The same for a saved model: what its targets are is taken from its loss."""
    return judge(ID, output_contract, None, f"an output of {output_contract.activation} can reach the targets")


CAUSE = Cause(id=ID, title="Wrong output activation", examine=examine, remedies=("matching-output",), glance=glance)
