"""TensorFlow and PyTorch, each in a process of its own."""

import os
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_nothing_is_different_afterwards(backend):
    if backend not in packages_distributions():
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", "tests.watch.fits", backend],
        env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["same"], done.stderr[-2000:]
