"""The output layer has another width than there are classes or numbers to predict.

What it is
----------
One unit for several targets, or for more than two classes; fewer units than classes; several units for one number.

Why the loss stalls
-------------------
Keras broadcasts an output of one unit against all columns of the targets, so that it ends up at their mean. A class
without a unit can never be answered: sparse cross-entropy skips it, gives NaN or raises, depending on the backend.

Evidence
--------
The width of the output layer, the number of columns of the targets and of their distinct classes.

What confirms it
----------------
An output of the right width lowers the held-out score.

Easily confused with
--------------------
`wrong-label-encoding`: enough units, but labels that are not counted from 0. `wrong-loss`: a loss for several units on
one. One unit more than classes, where labels run from 1, and a head for classes that are rare or yet to come, cost
next to nothing: spare units are only remarked on. Two units (mean and spread) under a loss of the script's own are a
choice.

References
----------
Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2.
"""

from __future__ import annotations

from lossclinic.causes.loss._mismatch import judge
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.evidence.output_contract import OutputContract

ID = "wrong-output-units"


def examine(output_contract: OutputContract, case: Case) -> Finding:
    """Compare the output's width with the targets."""
    return judge(ID, output_contract, case, "the output has a unit for everything that is to be predicted")


CAUSE = Cause(id=ID, title="Wrong number of output units", examine=examine, remedies=("matching-output",))
