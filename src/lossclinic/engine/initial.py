"""Initial weights of many seeds from one built model: building a Keras model takes longer than training a small one."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe
from lossclinic.engine.model import build_model

Array = np.ndarray[Any, Any]
MOST_TEMPLATES = 16
LARGEST = 2_000_000
"""Weights of a model that is kept: a larger one takes long to train, and its building next to nothing."""
_templates: dict[str, Template | None] = {}


@dataclass(frozen=True, eq=False)
class Template:
    """A compiled model, its optimizer built, that can be given the weights of any seed.

    Attributes:
        model: the model, with the weights of seed 0.
        sources: what drew a random number when the model was made, in that order: initialisers and seed generators.
        initializers: of its variables, by `id`.
    """

    model: Any
    sources: tuple[Any, ...]
    initializers: dict[int, Any]

    def draw(self, seed: int) -> dict[int, Any]:
        """The values that its random variables have where the model is built with this seed, by the variable's `id`."""
        from keras import ops

        # As keras.utils.set_random_seed and keras.random.make_default_seed do.
        numbers = random.Random(seed)
        drawn: dict[int, Any] = {}
        for source in self.sources:
            number = numbers.randint(1, int(1e9))
            if hasattr(source, "state"):
                drawn[id(source.state)] = ops.convert_to_tensor([number, 0], dtype=source.state.dtype)
            else:
                source.seed = number
        for variable in self.model.variables:
            initializer = self.initializers.get(id(variable))
            if initializer is not None and any(initializer is source for source in self.sources):
                drawn[id(variable)] = initializer(variable.shape, dtype=variable.dtype)
        return drawn


def model_of_seed(recipe: Recipe, seed: int, given: Any, row_shape: tuple[int, ...]) -> tuple[Any, dict[int, Any]]:
    """A compiled model with its optimizer built, and the values in which its variables differ for this seed.

    Together they are what `build_model` gives; where that cannot be had for less, it is called.

    Args:
        recipe: what to build.
        seed: of the trial.
        given: the script's own weights, or None.
        row_shape: shape of one input row.
    """
    template = _template(recipe, row_shape) if given is None else None
    if template is not None:
        return template.model, template.draw(seed)
    model = build_model(recipe, seed, given, row_shape=row_shape)
    model.optimizer.build(model.trainable_variables)
    return model, {}


def _template(recipe: Recipe, row_shape: tuple[int, ...]) -> Template | None:
    key = f"{recipe.key} {row_shape}"
    if key not in _templates:
        if len(_templates) >= MOST_TEMPLATES:
            _templates.pop(next(iter(_templates)))
        _templates[key] = _make(recipe, row_shape)
    return _templates[key]


def _make(recipe: Recipe, row_shape: tuple[int, ...]) -> Template | None:
    sources: list[Any] = []
    initializers: dict[int, Any] = {}
    with _watching(sources, initializers):
        model = build_model(recipe, 0, row_shape=row_shape)
    model.optimizer.build(model.trainable_variables)
    template = Template(model, tuple(sources), initializers)
    if model.count_params() > LARGEST:
        return None
    drawn = template.draw(0)
    # Whatever else was random shows here, such as an initialiser inside another one, or an optimizer that begins at
    # the weights.
    other = build_model(recipe, 1, row_shape=row_shape)
    other.optimizer.build(other.trainable_variables)
    differ = template.draw(1)
    pairs = zip(
        [*model.variables, *model.optimizer.variables], [*other.variables, *other.optimizer.variables], strict=True
    )
    for mine, theirs in pairs:
        same_seed = np.array_equal(drawn.get(id(mine), mine.value), mine.value)
        if not same_seed or not np.array_equal(differ.get(id(mine), mine.value), theirs.value):
            return None
    return template


@contextlib.contextmanager
def _watching(sources: list[Any], initializers: dict[int, Any]) -> Iterator[None]:
    """Note what draws random numbers, and what gives each variable its value."""
    from keras.src.backend.jax.core import JaxVariable
    from keras.src.initializers.random_initializers import RandomInitializer
    from keras.src.random.seed_generator import SeedGenerator

    before = RandomInitializer.__init__, SeedGenerator.__init__, JaxVariable._initialize_with_initializer

    def make_initializer(self: Any, seed: Any = None) -> None:
        before[0](self, seed)
        if seed is None:
            sources.append(self)

    def make_generator(self: Any, seed: Any = None, *args: Any, **kwargs: Any) -> None:
        before[1](self, seed, *args, **kwargs)
        if seed is None:
            sources.append(self)

    def initialise(self: Any, initializer: Any) -> None:
        before[2](self, initializer)
        initializers[id(self)] = initializer

    RandomInitializer.__init__ = make_initializer
    SeedGenerator.__init__ = make_generator
    JaxVariable._initialize_with_initializer = initialise
    try:
        yield
    finally:
        RandomInitializer.__init__, SeedGenerator.__init__ = before[0], before[1]
        JaxVariable._initialize_with_initializer = before[2]
