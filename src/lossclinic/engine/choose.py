"""Which of the two ways a structure is trained."""

from __future__ import annotations

import re
from typing import Literal

from lossclinic.core.canonical import Json, canonical_json

Path = Literal["fused", "stepped"]
_CONVOLUTION = re.compile(r'"class_name":"\w*(Conv|Pooling)\w*"')


def choose_path(model: Json) -> Path:
    """Pick the faster way; both give the same numbers, up to rounding.

    "fused": epochs and batches in one compiled program, which spares the cost of every call. "stepped": one compiled
    step, called for each batch. A convolution inside a compiled loop loses XLA's fast CPU code (about ten times
    slower was measured), so models with one anywhere are stepped.
    """
    return "stepped" if _CONVOLUTION.search(canonical_json(model)) else "fused"
