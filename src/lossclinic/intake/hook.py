"""Act right after the script itself imports a module, and never import it for the script."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


class _Finder(MetaPathFinder):
    """Finds one module the ordinary way, once, and acts before and after it is executed."""

    def __init__(self, name: str, before: Callable[[], None], after: Callable[[ModuleType], None]) -> None:
        self._name, self._before, self._after = name, before, after

    def find_spec(self, fullname: str, path: Any, *rest: Any) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        # Others may only ask whether the module exists; we stay until it is executed.
        found = (finder.find_spec(fullname, path, *rest) for finder in sys.meta_path if finder is not self)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is None or spec.loader is None:
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            del loader.exec_module
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            self._before()
            execute(module)
            self._after(module)

        # Set on the instance: the loader keeps its class, so resources and pickling of the module work as ever.
        loader.exec_module = exec_module
        return spec


def on_import(name: str, *, before: Callable[[], None], after: Callable[[ModuleType], None]) -> None:
    """Call `before` when the script is about to import `name`, and `after` with the imported module.

    Args:
        name: full name of the module.
        before: called while the module is not yet there.
        after: called once it has been executed.
    """
    sys.meta_path.insert(0, _Finder(name, before, after))


def choose_backend() -> str | None:
    """Fall back to JAX where Keras would look for a TensorFlow that is not installed.

    Sets `KERAS_BACKEND` only where neither the environment nor `keras.json` asks for another backend. A `keras.json`
    that says "tensorflow" is no choice: Keras writes that by itself on its first import.

    Returns:
        A sentence that says so, or None where nothing had to be done.
    """
    if os.environ.get("KERAS_BACKEND") or _has_tensorflow():
        return None
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        configured = json.loads((home / "keras.json").read_text(encoding="utf-8")).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        configured = "tensorflow"
    if configured != "tensorflow":
        return None
    os.environ["KERAS_BACKEND"] = "jax"
    return "No Keras backend is configured and TensorFlow is not installed, so the script ran on JAX."


def _has_tensorflow() -> bool:
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"] is not None
    return importlib.util.find_spec("tensorflow") is not None
