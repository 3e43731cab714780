"""Make a model of the script's own class again, the way the script made it: by its constructor."""

from __future__ import annotations

import functools
import weakref
from types import ModuleType
from typing import Any

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Constructions:
    """Remembers what every model was constructed with; used only in processes that train for us."""

    def __init__(self, keras: ModuleType) -> None:
        """Watch `keras.Model` from now on.

        Args:
            keras: the imported package.
        """
        self._layer = keras.Layer
        self._arguments: weakref.WeakKeyDictionary[Any, Arguments] = weakref.WeakKeyDictionary()
        original = keras.Model.__new__

        @functools.wraps(original)
        def new(cls: Any, *args: Any, **kwargs: Any) -> Any:
            made = original(cls, *args, **kwargs)
            self._arguments[made] = (args, kwargs)
            return made

        keras.Model.__new__ = staticmethod(new)

    def again(self, model: Any) -> Any:
        """A fresh model of the same class from the same arguments; layers among them are made afresh too.

        Args:
            model: one that the script has constructed.

        Raises:
            KeyError: the model was not constructed in this process.
            Exception: whatever the constructor raises.
        """
        args, kwargs = self._arguments[model]
        return type(model)(*self._fresh(args), **self._fresh(kwargs))

    def _fresh(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._fresh(item) for name, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._fresh(item) for item in value)
        if not isinstance(value, self._layer):
            return value
        return self.again(value) if value in self._arguments else type(value).from_config(value.get_config())
