"""Run a saved model, whatever backend trained it: `.keras` files do not depend on one."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.engine.backend import use_jax

Array = np.ndarray[Any, Any]
BATCH = 1024


def predict(path: str, x: Array) -> Array:
    """Raw outputs, shape (n, units). Imports Keras: call it in a process that has nothing against that.

    Args:
        path: a `.keras` file; loaded in safe mode.
        x: inputs as the model takes them, shape (n, …).
    """
    model: Any = use_jax().saving.load_model(path, compile=False)
    parts = [np.asarray(model(x[at : at + BATCH], training=False)) for at in range(0, len(x), BATCH)]
    raw = np.concatenate(parts)
    return raw.reshape(len(raw), -1)
