"""Every cause has planted cases and near misses, and they are trainings that Keras accepts."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from planted.case import Strength
from planted.measure import all_cases, planted_modules
from planted.table import for_tuning
from planted.tasks import HEALTHY_TASKS

from lossclinic.engine.backend import use_jax

use_jax()
CAUSES = planted_modules()


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_a_cause_is_planted_in_four_trainings_at_three_strengths_and_has_two_near_misses(cause: str) -> None:
    module = CAUSES[cause]
    cases = [*module.PLANTED, *module.NEAR_MISSES]
    for strength in get_args(Strength):
        planted = [case for case in module.PLANTED if case.strength == strength]
        assert len(planted) >= 4
        halves = [{case.data for case in planted if for_tuning(case.data) is half} for half in (True, False)]
        assert min(map(len, halves)) >= 2
    assert len(module.NEAR_MISSES) >= 2
    assert {case.cause for case in cases} == {cause}
    assert len({case.name for case in cases}) == len(cases)
    assert cause not in {other for case in cases for other in case.also}


def test_names_from_another_side_are_causes_too() -> None:
    assert {other for _, case in all_cases() for other in case.also} <= set(CAUSES)


def test_every_cause_of_the_catalogue_is_planted() -> None:
    from lossclinic.core.catalogue import causes

    missing = set(causes()) - set(CAUSES)
    assert not missing, f"add planted/{min(missing).replace('-', '_')}.py" if missing else ""


@pytest.mark.parametrize("cause", ["unscaled-inputs", "unshuffled-split", "wrong-loss", "learning-rate-too-high"])
def test_materials_fit_together(cause: str) -> None:
    for case in (CAUSES[cause].PLANTED[0], CAUSES[cause].NEAR_MISSES[0]):
        material = case.make(0)
        assert material.x.dtype == np.float32
        assert len(material.x) == len(material.y) <= 1200
        assert material.model.compiled
        assert material.model.count_params() <= 6500
        assert material.model(material.x[:5]).shape[0] == 5


@pytest.mark.slow
@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_planted_training_can_be_made_and_is_small(cause: str) -> None:
    module = CAUSES[cause]
    for case in (*module.PLANTED, *module.NEAR_MISSES):
        material = case.make(0)
        assert material.model.compiled, case.name
        assert len(material.x) == len(material.y) <= 1250, case.name
        assert material.model.count_params() <= 10_000, case.name
        if case.sound is not None:
            before = case.sound(0)
            assert before.model.compiled, case.name
            assert len(before.x) == len(material.x), case.name


def test_a_seed_decides_the_rows() -> None:
    case = CAUSES["linear-network"].PLANTED[0]
    first, again, other = case.make(1), case.make(1), case.make(2)
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    for a, b in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", sorted(HEALTHY_TASKS))
def test_trainings_of_other_tasks_fit_together(name: str) -> None:
    material = HEALTHY_TASKS[name].make(0)
    assert material.model.compiled
    assert len(material.x) == len(material.y) <= 1200
    assert material.model(material.x[:5]).shape == (5, *material.model.output_shape[1:])
    assert np.isfinite(material.model.evaluate(material.x[:64], material.y[:64], verbose=0))
