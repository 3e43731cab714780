"""Plain data in one canonical form, so that equal values have equal hashes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

Json = dict[str, Any]


def plain(value: Any) -> Any:
    """Turn dataclasses, NumPy values, tuples and mappings into JSON-ready data.

    Non-finite floats become the strings "nan", "inf" and "-inf": strict JSON has no word for them.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in cast("list[Any]", value)]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def canonical_json(value: Any) -> str:
    """Serialise with sorted keys and no spaces; equal plain data give equal text."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_hash(value: Any) -> str:
    """SHA-256 (first 16 hex digits) of the canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]
