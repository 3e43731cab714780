"""The light patches that let us see a script train: where things are made, and every call of `fit`.

What is patched, and where, follows from how Keras compares its own methods: `compile` is replaced on the class that
defines it (Keras asks whether a class overrides it), `fit` on `keras.Model` (so that another tool's patch may lie under
or over ours). Nothing here keeps a model alive: the marks hold weak references.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import threading
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

from lossclinic.core.case import Place
from lossclinic.intake.places import user_place

MARK = "_lossclinic_watches"
HERE = threading.local()
"""Of each thread: whether it is inside a fit that we handle."""
Handler = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]


class Marks:
    """What was seen of layers and models: where they were made and compiled, and whether weights were put into them."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.made: weakref.WeakKeyDictionary[Any, Place] = weakref.WeakKeyDictionary()
        self.compiled: weakref.WeakKeyDictionary[Any, Place] = weakref.WeakKeyDictionary()
        self.given: weakref.WeakSet[Any] = weakref.WeakSet()

    def has_given_weights(self, model: Any) -> bool:
        """Whether the script loaded, set or already trained weights of the model or of a layer in it."""
        return any(layer in self.given for layer in model._flatten_layers())

    def trained(self, model: Any) -> None:
        """Remember that the model and its layers have been through a fit."""
        self.given.update(model._flatten_layers())


def watches(function: Any) -> bool:
    """Whether our own wrapper is already somewhere in a chain of wrappers."""
    while function is not None:
        if getattr(function, MARK, False):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def fit_signature(keras: ModuleType) -> inspect.Signature:
    """The signature of Keras' own fit, whoever wrapped it meanwhile."""
    for cls in keras.Model.__mro__[1:]:
        if "fit" in vars(cls):
            return inspect.signature(vars(cls)["fit"])
    return inspect.signature(keras.Model.fit)


def patch_fit(keras: ModuleType, handle: Handler) -> Callable[[], None]:
    """Send every outermost call of `keras.Model.fit` in this process through `handle(original, model, args, kwargs)`.

    Args:
        keras: the imported package.
        handle: must call `original` exactly once (or never, to skip), and return its result.

    Returns:
        A function that takes the patch off again (where nobody has patched over it).
    """
    original = keras.Model.fit
    if watches(original):
        return lambda: None
    inherited = "fit" not in vars(keras.Model)
    process = os.getpid()

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(HERE, "inside", False) or os.getpid() != process:
            return original(self, *args, **kwargs)
        HERE.inside = True
        try:
            return handle(original, self, args, kwargs)
        finally:
            HERE.inside = False

    setattr(fit, MARK, True)
    keras.Model.fit = fit

    def take_off() -> None:
        if vars(keras.Model).get("fit") is fit:
            if inherited:
                del keras.Model.fit
            else:
                keras.Model.fit = original

    return take_off


def patch_marks(keras: ModuleType) -> Marks:
    """Record where layers are made and models compiled, and which of them had weights put into them."""
    marks = Marks()

    def made(layer: Any) -> None:
        place = None if getattr(HERE, "inside", False) else user_place()  # fit makes an input layer where none is
        if place is not None:
            marks.made[layer] = place

    def compiled(model: Any) -> None:
        place = user_place()
        if place is not None:
            marks.compiled[model] = place

    def given(owner: Any) -> None:
        if isinstance(owner, keras.Layer):
            marks.given.add(owner)

    _after_new(keras.Layer, made)
    _before(_owner(keras.Model, "compile"), "compile", compiled)
    _before(keras.Layer, "set_weights", given)
    _watch_loading(given)
    return marks


def _watch_loading(given: Callable[[Any], None]) -> None:
    from keras.src.legacy.saving import legacy_h5_format
    from keras.src.saving import saving_lib

    _before(saving_lib, "_load_state", given)
    _before(legacy_h5_format, "load_weights_from_hdf5_group", given, 1)
    _before(legacy_h5_format, "load_weights_from_hdf5_group_by_name", given, 1)


def _owner(cls: Any, name: str) -> Any:
    return next(base for base in cls.__mro__ if name in vars(base))


def _after_new(cls: Any, tell: Callable[[Any], None]) -> None:
    original = cls.__new__
    if watches(original):
        return

    @functools.wraps(original)
    def new(cls: Any, *args: Any, **kwargs: Any) -> Any:
        made = original(cls, *args, **kwargs)
        with contextlib.suppress(Exception):  # a mark less must not cost the script a layer
            tell(made)
        return made

    setattr(new, MARK, True)
    cls.__new__ = staticmethod(new)


def _before(owner: Any, name: str, tell: Callable[[Any], None], at: int = 0) -> None:
    """Tell about the positional argument number `at` of a call just before it is made."""
    original = getattr(owner, name, None)
    if original is None or watches(original):
        return

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if len(args) > at:
            with contextlib.suppress(Exception):
                tell(args[at])
        return original(*args, **kwargs)

    setattr(wrapper, MARK, True)
    setattr(owner, name, wrapper)
