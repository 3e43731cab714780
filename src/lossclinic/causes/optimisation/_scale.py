"""Whether inputs or targets are so large that they, not the learning rate, make training explode."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe

LARGE = 10.0
"""A typical value beyond this many units is far from the deviation of 1 that initialisers assume."""
SCALING_LAYERS = ("Normalization", "Rescaling", "BatchNormalization", "LayerNormalization", "Embedding")


def large_values(case: Case, recipe: Recipe) -> str:
    """What is large: "inputs", "targets" or "" where nothing is."""
    if "standardise" not in recipe.inputs and not _scaled_first(recipe) and _typical(case.data.x) > LARGE:
        return "inputs"
    if case.task.kind == "regression" and not recipe.standardise_targets and _typical(case.data.y) > LARGE:
        return "targets"
    return ""


def _scaled_first(recipe: Recipe) -> bool:
    computing = [layer for layer in architecture.layers(recipe.model) if layer.class_name != "InputLayer"]
    return bool(computing) and computing[0].class_name in SCALING_LAYERS


def _typical(values: np.ndarray[Any, Any]) -> float:
    """Root mean square of the column with the largest one."""
    if not np.issubdtype(values.dtype, np.number):
        return 0.0
    flat = np.abs(np.asarray(values[:10_000], dtype=np.float64).reshape(min(len(values), 10_000), -1))
    finite = np.where(np.isfinite(flat), flat, 0.0)
    return float(np.sqrt(np.mean(finite**2, axis=0)).max()) if finite.size else 0.0
