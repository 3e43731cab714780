"""The space of settings around a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lossclinic.core.canonical import content_hash
from lossclinic.core.errors import NotApplicable, UsageError
from lossclinic.core.recipe import Cosine, Recipe
from lossclinic.tuning.dimension import Dimension, Value
from lossclinic.tuning.dimensions import DIMENSIONS, EPOCHS

LONGER = 2
"""Trainings go on for twice the script's epochs, so that a best step beyond its last one is seen."""
MOST_ARMS = 5
"""Values of a parameter that is compared: each is paid for with a search and a confirmation of its own."""

Point = Mapping[str, Value]
"""Dimension name → point, for every dimension of a space."""


@dataclass(frozen=True)
class Space:
    """Everything that a search may turn, and what stays.

    Attributes:
        recipe: the script's own, or that of one arm.
        dimensions: what is tuned, in the order in which the changes are made.
        left_out: (name, why) of what stays as it is.
        epochs: how long every training of the search goes on.
        best_step: whether the number of epochs is the best step of a training; otherwise its stop rule decides.
    """

    recipe: Recipe
    dimensions: tuple[Dimension, ...]
    left_out: tuple[tuple[str, str], ...]
    epochs: int
    best_step: bool

    @property
    def now(self) -> Point:
        """The point of the recipe's own settings."""
        return {dimension.name: dimension.now for dimension in self.dimensions}

    @property
    def own_epochs(self) -> int:
        """Epochs of the recipe itself."""
        return self.recipe.epochs

    @property
    def key(self) -> str:
        """Hash of everything that decides what a point means."""
        ranges = [(d.name, d.low, d.high, d.names, d.now) for d in self.dimensions]
        return content_hash((self.recipe.key, ranges, self.epochs, self.best_step))

    def recipe_at(self, point: Point, epochs: int | None = None) -> Recipe:
        """The recipe at a point.

        Args:
            point: one value for every dimension.
            epochs: how long to train; None: as long as all trainings of the search.
        """
        recipe = self.recipe
        for dimension in self.dimensions:
            recipe = dimension.apply(recipe, point[dimension.name])
        return replace(recipe, epochs=epochs or self.epochs)

    def settings(self, point: Point) -> dict[str, Value]:
        """What a point means, for people."""
        return {dimension.name: dimension.shown(point[dimension.name]) for dimension in self.dimensions}

    def structure(self, point: Point) -> dict[str, Value]:
        """The part of a point that decides the compiled program."""
        return {dimension.name: point[dimension.name] for dimension in self.dimensions if dimension.structural}


def derive(
    recipe: Recipe,
    rows: int,
    fixed: Sequence[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Space:
    """The space that a recipe suggests.

    Args:
        recipe: the script's own.
        rows: training rows.
        fixed: names of what shall stay as it is.
        ranges: name → smallest and largest setting, instead of the range that the recipe suggests.

    Raises:
        UsageError: a name is unknown, or nothing is left to tune.
    """
    wanted = dict(ranges or {})
    for name in (*fixed, *wanted):
        known(name)
    dimensions: list[Dimension] = []
    left_out: list[tuple[str, str]] = []
    for name, make in DIMENSIONS.items():
        if name in fixed:
            left_out.append((name, "you fixed it"))
            continue
        try:
            dimension = make(recipe, rows)
        except NotApplicable as why:
            left_out.append((name, str(why)))
            continue
        dimensions.append(dimension.within(*wanted[name]) if name in wanted else dimension)
    if not dimensions:
        raise UsageError(
            "Nothing is left to tune.",
            do="; ".join(f"{name}: {why}" for name, why in left_out),
        )
    best_step = EPOCHS not in fixed and recipe.stop is None and not _paced_by_length(recipe)
    if not best_step:
        left_out.append((EPOCHS, "you fixed it" if EPOCHS in fixed else "a stop rule or a schedule decides it"))
    epochs = recipe.epochs * LONGER if best_step else recipe.epochs
    if EPOCHS in wanted:
        if not best_step:
            raise UsageError(f"{EPOCHS} cannot be given a range: {left_out[-1][1]}.")
        epochs = max(int(wanted[EPOCHS][1]), recipe.epochs)
    return Space(recipe, tuple(dimensions), tuple(left_out), epochs, best_step)


def arms(recipe: Recipe, rows: int, scientific: str, fixed: Sequence[str]) -> dict[str, Recipe]:
    """One recipe for each value of the parameter that is to be compared, the script's own first.

    Args:
        recipe: the script's own.
        rows: training rows.
        scientific: name of the parameter. All others are nuisance parameters, tuned anew for each of its values
            (Godbole and others, "Deep Learning Tuning Playbook", 2023), or fixed.
        fixed: names of what shall stay as it is.

    Raises:
        UsageError: it has no few values, or is fixed as well.
    """
    known(scientific)
    if scientific in fixed or scientific == EPOCHS:
        raise UsageError(f"{scientific} cannot be compared.", expected="a parameter that is not fixed")
    try:
        dimension = DIMENSIONS[scientific](recipe, rows)
    except NotApplicable as why:
        raise UsageError(f"{scientific} cannot be compared: {why}.") from None
    points = sorted(dimension.points, key=lambda point: point != dimension.now)[:MOST_ARMS]
    if not points:
        few = ", ".join(name for name, make in DIMENSIONS.items() if make not in (DIMENSIONS[scientific],))
        raise UsageError(f"{scientific} has no end of values.", expected=f"a parameter with few of them, among {few}")
    return {f"{scientific} {dimension.shown(point)}": dimension.apply(recipe, point) for point in points}


def known(name: str) -> None:
    """Refuse a name that is no parameter.

    Raises:
        UsageError: the name is unknown.
    """
    if name not in DIMENSIONS and name != EPOCHS:
        raise UsageError(f"There is no parameter {name}.", expected=f"one of {', '.join((*DIMENSIONS, EPOCHS))}")


def _paced_by_length(recipe: Recipe) -> bool:
    """Whether the learning rate at a step depends on how many are to come: such a training must go to its end."""
    return isinstance(recipe.pace, Cosine) or recipe.learning_rate is None
