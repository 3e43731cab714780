"""Loss and output layer disagree on whether the output is logits or probabilities.

What it is
----------
`from_logits=False` (the default) with an output layer without activation, or `from_logits=True` behind a sigmoid or
softmax.

Why the loss stalls
-------------------
Raw numbers taken for probabilities are cut to 0…1, and where they are cut no gradient comes back. Probabilities taken
for logits are squeezed again: softmax of numbers in 0…1 never gets sure, so the loss stays far above 0.

Evidence
--------
`from_logits` of the loss and the activation applied last.

What confirms it
----------------
The same loss with `from_logits` as the output has it lowers the held-out loss.

Easily confused with
--------------------
`wrong-output-activation`: tanh or ReLU is wrong with either setting. A linear output with `from_logits=True` is the
numerically best pair, no fault. On the TensorFlow backend Keras undoes some of these pairs, so they may cost nothing.

References
----------
Keras' documentation of the probabilistic losses, argument `from_logits`.
"""

from __future__ import annotations

from lossclinic.causes.loss._mismatch import judge
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.evidence.output_contract import OutputContract

ID = "logits-mismatch"


def examine(output_contract: OutputContract, case: Case) -> Finding:
    """Compare `from_logits` with the output's activation."""
    return judge(ID, output_contract, case, "loss and output agree on probabilities or logits")


def glance(output_contract: OutputContract) -> Finding:
    """The same for a saved model: what its targets are is taken from its loss."""
    return judge(ID, output_contract, None, "loss and output agree on probabilities or logits")


CAUSE = Cause(
    id=ID, title="Logits mismatch", examine=examine, remedies=("matching-loss", "matching-output"), glance=glance
)
