"""Recurrent kernels that keep the length of what they multiply."""

from __future__ import annotations

import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.remedies.initialisation import orthogonal_initialisation as orthogonal
from tests.causes.by_hand import dense, recipe

KEEPING = (None, "orthogonal", "identity", {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}})
GROWING = ("random_normal", "zeros", {"class_name": "Orthogonal", "config": {"gain": 1.3, "seed": None}})


def through(initialiser):
    return recipe(
        {"class_name": "SimpleRNN", "config": {"name": "r", "units": 8, "recurrent_initializer": initialiser}}
    )


@pytest.mark.parametrize("initialiser", GROWING)
def test_a_kernel_that_changes_lengths_is_made_orthogonal(initialiser):
    (treated,) = orthogonal.apply(through(initialiser))
    (layer,) = (layer for layer in architecture.layers(treated.model) if layer.name == "r")
    assert layer.config["recurrent_initializer"]["class_name"] == "Orthogonal"
    assert layer.config["recurrent_initializer"]["config"] == {}
    assert treated.initial == "fresh"


@pytest.mark.parametrize("made", [*map(through, KEEPING), recipe(dense("a", 8))])
def test_it_does_not_apply_where_lengths_are_kept(made):
    with pytest.raises(NotApplicable, match="recurrent"):
        orthogonal.apply(made)
