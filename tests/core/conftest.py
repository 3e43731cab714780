"""Keras on JAX, without the slow import of TensorFlow."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
if "keras" not in sys.modules:
    sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]
