"""Child process: load a `.keras` model, predict rows, write the predictions.

Run as `python -m lossclinic.prescribe.predict MODEL ROWS.npy OUT.npy`. It runs on JAX wherever the model was trained:
saved models do not depend on the backend.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from lossclinic.engine.backend import use_jax

BATCH = 1024


def main(model_path: str, rows_path: str, out_path: str) -> None:
    """Predict in batches and save an array of shape (n, units).

    Args:
        model_path: a `.keras` file; loaded in safe mode.
        rows_path: an `.npy` file of inputs, shape (n, …).
        out_path: where the predictions go.
    """
    model: Any = use_jax().saving.load_model(model_path, compile=False)
    x = np.load(rows_path, allow_pickle=False)
    parts = [np.asarray(model(x[at : at + BATCH], training=False)) for at in range(0, len(x), BATCH)]
    raw = np.concatenate(parts)
    np.save(out_path, raw.reshape(len(raw), -1))


if __name__ == "__main__":
    main(*sys.argv[1:4])
