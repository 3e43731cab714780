"""Take more or fewer rows into one update.

A batch far larger than the gradient's noise asks for spends rows on a direction that is known already, and leaves few
updates; one far smaller steps along noise. The gradient's noise scale says which way to go.

Does not apply where the batch cannot change that way: it holds all rows, or one.

References: McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018), section 2.2.
Masters and Luschi, "Revisiting small batch training for deep neural networks" (2018).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FACTORS = (4, 16)
USUAL = 32
"""Where the noise could not be measured: Keras' default, which suits most small trainings."""


class Noise(Protocol):
    """What this needs to know of the gradient's noise."""

    @property
    def scale(self) -> float | None:
        """Rows in a batch whose gradient is half noise; None where it could not be measured."""
        ...


def apply(recipe: Recipe, case: Case, gradient_noise: Noise) -> tuple[Recipe, ...]:
    """A quarter and a sixteenth of the rows where the batch is above the noise scale, else four and sixteen times.

    Raises:
        NotApplicable: the batch cannot change that way.
    """
    rows = len(case.data)
    now = min(recipe.batch_size, rows)
    scale = USUAL if gradient_noise.scale is None else gradient_noise.scale
    if now > scale:
        sizes = [now // factor for factor in FACTORS if now // factor >= 1]
    else:
        sizes = [now * factor for factor in FACTORS if now * factor <= rows]
    if not sizes:
        raise NotApplicable(f"a batch of {now} of {rows} rows cannot become {'smaller' if now > scale else 'larger'}")
    return tuple(replace(recipe, batch_size=size) for size in sizes)


REMEDY = Remedy(id="batch-size", title="Change the batch size", apply=apply)
