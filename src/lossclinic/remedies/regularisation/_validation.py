"""Rows for a stop rule to look at."""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.recipe import Recipe, Split

SHARE = 0.15


def with_validation(recipe: Recipe) -> Recipe:
    """The recipe with 15 % of its training rows, drawn at random, for validation; unchanged where it has some."""
    return replace(recipe, split=Split("shuffled", SHARE)) if recipe.split.kind == "none" else recipe
