"""The script's own initial weights, where it loaded some."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.case import Case

Array = np.ndarray[Any, Any]


def given_weights(case: Case) -> tuple[Array, ...] | None:
    """Initial weights of the case in the order of `model.get_weights()`, or None where none are saved."""
    return _read(case.folder) if case.folder and case.recipe.initial == "given" else None


@lru_cache(maxsize=2)
def _read(folder: str) -> tuple[Array, ...] | None:
    path = Path(folder) / "initial_weights.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as saved:
        return tuple(saved[name] for name in saved.files)
