"""One thing that tuning may turn: its range, its present value, and what a value does to a recipe."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from lossclinic.core.errors import UsageError
from lossclinic.core.recipe import Recipe

Value = float | int | str
Kind = Literal["float", "int", "name"]
EDGE_SHARE = 0.05
"""A number within this share of its range from an end counts as being at the end."""
MOST_STEPS = 12
"""How far whole steps may go from the present value where the user asks for a wider range."""


@dataclass(frozen=True)
class Dimension:
    """One parameter of a space.

    A sampler deals in points ("float" and "int": a number between `low` and `high`; "name": one of `names`); a person
    reads settings. Batch sizes and widths are powers of two times the script's own, so their points are exponents.

    Attributes:
        name: what it is called on the command line and in reports ("learning-rate").
        kind: what its points are.
        now: the point of the script's own value.
        change: gives a recipe another setting.
        low: smallest point.
        high: largest point.
        names: the points of a "name", in order; the first is the script's own.
        log: whether points are spread over the logarithm.
        structural: whether another point needs another compiled program.
        opens: whether a range that goes on below `low`, and one that goes on above `high`, would make sense.
        shown: the setting of a point, rounded so that scripts stay readable.
    """

    name: str
    kind: Kind
    now: Value
    change: Callable[[Recipe, Value], Recipe]
    low: float = 0.0
    high: float = 0.0
    names: tuple[str, ...] = ()
    log: bool = False
    structural: bool = False
    opens: tuple[bool, bool] = (True, True)
    shown: Callable[[Value], Value] = lambda point: point

    def apply(self, recipe: Recipe, point: Value) -> Recipe:
        """The recipe at a point; the script's own value changes nothing, whatever it consists of."""
        setting = self.shown(point)
        return recipe if setting == self.shown(self.now) else self.change(recipe, setting)

    @property
    def points(self) -> tuple[Value, ...]:
        """All points of a dimension that has few, in order; () for one that has no end of them."""
        if self.kind == "name":
            return self.names
        return tuple(range(int(self.low), int(self.high) + 1)) if self.kind == "int" else ()

    def grid(self, levels: int) -> tuple[Value, ...]:
        """Points spread evenly over the range, both ends among them; all points where there are few."""
        if self.points:
            return self.points
        shares = [level / (levels - 1) for level in range(levels)]
        if self.log:
            return tuple(self.low * (self.high / self.low) ** share for share in shares)
        return tuple(self.low + (self.high - self.low) * share for share in shares)

    def edge(self, point: Value) -> Literal["lower", "upper", ""]:
        """The end of the range that a point lies at, where the range could go on there."""
        if self.kind == "name":
            return ""
        if self.kind == "int":
            below, above = point == self.low, point == self.high
        else:
            place = math.log if self.log else float
            share = (place(float(point)) - place(self.low)) / (place(self.high) - place(self.low))
            below, above = share <= EDGE_SHARE, share >= 1 - EDGE_SHARE
        if below and self.opens[0]:
            return "lower"
        return "upper" if above and self.opens[1] else ""

    def within(self, least: float, most: float) -> Dimension:
        """The same over another range of settings, widened where it must be to hold the script's own value.

        Raises:
            UsageError: the dimension is no number, or no point lies in the range.
        """
        if self.kind == "name" or not least < most or (self.log and least <= 0):
            raise UsageError(
                f"{self.name} cannot go from {least:g} to {most:g}.",
                expected="a smaller and a larger number" if self.kind != "name" else f"among {', '.join(self.names)}",
            )
        if self.kind == "float":
            held = [
                max(least, self.low) if not self.opens[0] else least,
                min(most, self.high) if not self.opens[1] else most,
            ]
        else:
            points = range(int(self.now) - MOST_STEPS, int(self.now) + MOST_STEPS + 1)
            held = [point for point in points if least <= float(self.shown(point)) <= most]
        # An end beyond which the range makes no sense stays where it is, and so does the script's own value.
        allowed = [point for point in held if self._makes_sense(point)]
        if not allowed:
            raise UsageError(f"{self.name} has no value from {least:g} to {most:g}.")
        low, high = min(*allowed, float(self.now)), max(*allowed, float(self.now))
        return replace(self, low=low, high=high)

    def _makes_sense(self, point: float) -> bool:
        return (self.opens[0] or point >= self.low) and (self.opens[1] or point <= self.high)
