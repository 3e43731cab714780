"""Axes of targets and output: what is suspected, what is clear, and what the remedy makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.labels import target_shape as cause
from lossclinic.core import architecture
from lossclinic.core.architecture import make_layer
from lossclinic.core.errors import NotApplicable
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.prepare import prepare_run
from lossclinic.evidence.target_shape import target_shape
from lossclinic.remedies.labels import fix_target_shape
from tests.evidence.planting import case, dense

RNG = np.random.default_rng(0)
SERIES, TABLE = RNG.normal(size=(60, 5, 2)), RNG.normal(size=(60, 3))
ONE, TWO = RNG.normal(size=60), RNG.normal(size=(60, 2))


def recurrent(kind="LSTM", every=True):
    return make_layer(kind, "memory", units=4, return_sequences=every)


BOTH_WAYS = make_layer("Bidirectional", "memory", layer=recurrent())


def look(c):
    return cause.examine(target_shape(c, c.recipe))


@pytest.mark.parametrize(
    "c",
    [
        case(SERIES, ONE, layers=(recurrent(),)),
        case(SERIES, ONE[:, None], layers=(recurrent("GRU"), make_layer("Dropout", "drop", rate=0.1))),
        case(SERIES, ONE, layers=(BOTH_WAYS, dense(4, "relu", "hidden"))),
        case(SERIES, TWO, units=2, layers=(recurrent(),)),
    ],
)
def test_steps_that_reach_the_output_are_suspected_and_ended(c):
    found = look(c)
    assert found.status == "suspected"
    assert found.where.layer == "memory"
    (after,) = fix_target_shape.apply(c.recipe, target_shape(c, c.recipe))
    assert cause.examine(target_shape(c, after)).status == "clear"
    assert {change.kind for change in c.recipe.diff(after)} == {"layer-argument"}


def test_an_axis_too_many_is_suspected_and_goes():
    c = case(TABLE, TWO[:, None, :], units=2)
    assert look(c).is_fact
    (after,) = fix_target_shape.apply(c.recipe, target_shape(c, c.recipe))
    assert prepare_run(c, Plan(), Run(after, 0)).train.y.shape[1:] == (2,)
    assert cause.examine(target_shape(c, after)).status == "clear"
    with pytest.raises(NotApplicable):
        fix_target_shape.apply(after, target_shape(c, after))


@pytest.mark.parametrize(
    "c",
    [
        case(SERIES, RNG.normal(size=(60, 5)), layers=(recurrent(),)),
        case(SERIES, RNG.normal(size=(60, 5, 1)), layers=(recurrent(),)),
        case(SERIES, ONE, layers=(recurrent(every=False),)),
        case(SERIES, ONE, layers=(recurrent(), make_layer("Flatten", "flat"))),
        case(SERIES, ONE, layers=(make_layer("MySteps", "own"),)),
        case(TABLE, ONE),
        case(TABLE, ONE[:, None, None]),
        case(TABLE, TWO, units=2),
    ],
)
def test_axes_that_go_together_are_clear(c):
    assert look(c).status == "clear"


def test_a_loss_of_the_scripts_own_may_compare_all_with_all():
    c = replace(case(TABLE, ONE), native="It can only be trained inside the script: the loss is of its own.")
    assert look(c).status == "suspected"
    assert not look(c).is_fact
    (after,) = fix_target_shape.apply(c.recipe, target_shape(c, c.recipe))
    assert prepare_run(c, Plan(), Run(after, 0)).train.y.shape[1:] == (1,)
    assert architecture.output_layer(after.model).units == 1
