"""Scripts run in child processes; each start costs seconds, so one script shows many things."""

import os
import textwrap
from pathlib import Path

import pytest

from lossclinic.intake.script import Captured, capture_script

JAX = "import sys\nsys.modules['tensorflow'] = None  # quick start\n"


def capture(folder: Path, text: str, head: str = JAX, **options) -> Captured:
    """Write a script and capture it on the JAX backend."""
    script = folder / "train.py"
    script.write_text(head + textwrap.dedent(text))
    before = os.environ.pop("KERAS_BACKEND", None)
    if head is JAX:
        os.environ["KERAS_BACKEND"] = "jax"
    try:
        return capture_script(script, folder / "out", **options)
    finally:
        os.environ.pop("KERAS_BACKEND", None)
        if before is not None:
            os.environ["KERAS_BACKEND"] = before


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    return tmp_path_factory.mktemp("work")
