"""Keras on JAX, without TensorFlow, with compiled programs kept on disk between runs."""

from __future__ import annotations

import contextlib
import importlib.abc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from lossclinic.core.errors import LossclinicError

LARGEST_CACHE = 1 << 30
"""Bytes of compiled programs kept on disk; the oldest go first."""


NEVER, NOT_YET = ("tensorflow",), ("sklearn", "pandas", "matplotlib")
"""What Keras imports where it finds it, and training has no use for: seconds, and hundreds of megabytes. The second
kind is only kept from being imported along with Keras."""


class _Without(importlib.abc.MetaPathFinder):
    """Lets some packages look as if they were not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(self, fullname: str, *_: Sequence[str] | ModuleType | None) -> None:
        """Raise ImportError for these packages, leave everything else to the usual finders."""
        name = fullname.partition(".")[0]
        if name in self.names and name not in sys.modules:
            raise ModuleNotFoundError(f"{name} is not used in training workers", name=name)


def cache_folder() -> Path:
    """Folder for what can be made again: `LOSSCLINIC_CACHE`, or the platform's cache folder."""
    chosen = os.environ.get("LOSSCLINIC_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "lossclinic" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lossclinic"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lossclinic"


def prefer_jax() -> None:
    """Let Keras run on JAX and leave TensorFlow alone once it is imported; without effect after that."""
    if "keras" in sys.modules:
        return
    os.environ["KERAS_BACKEND"] = "jax"
    if "tensorflow" not in sys.modules and not any(isinstance(f, _Without) for f in sys.meta_path):
        sys.meta_path.insert(0, _Without(NEVER))


def use_jax() -> Any:
    """Import Keras on the JAX backend and return it.

    Raises:
        LossclinicError: if this process already runs Keras on another backend.
    """
    keras = _keras()
    if keras.backend.backend() != "jax":
        raise LossclinicError(
            f"Keras already runs on the {keras.backend.backend()} backend in this process",
            expected="the JAX backend",
            do="train in worker processes (workers=1 or more), or set KERAS_BACKEND=jax before importing keras",
        )
    return keras


def _keras() -> Any:
    prefer_jax()
    later = _Without(NOT_YET)
    sys.meta_path.insert(0, later)
    try:
        import keras
    finally:
        sys.meta_path.remove(later)
    return keras


def keep_compiled() -> None:
    """Let JAX keep compiled programs in the cache folder; without write permission it compiles every time."""
    import jax

    folder = cache_folder() / "programs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    _forget_oldest(folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.02)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _forget_oldest(folder: Path) -> None:
    """Keep the folder below `LARGEST_CACHE`; other processes may be doing the same."""
    with contextlib.suppress(OSError):
        files = [(entry.stat(), entry.path) for entry in os.scandir(folder)]
        total = 0
        for about, path in sorted(files, key=lambda file: file[0].st_mtime, reverse=True):
            total += about.st_size
            if total > LARGEST_CACHE:
                Path(path).unlink(missing_ok=True)
