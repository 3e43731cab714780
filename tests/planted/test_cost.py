"""What a planted fault costs is measured beside the same training without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planted.case import Planted
from planted.cost import cost_of
from planted.healthy import LINE, MOONS
from planted.unscaled_targets import moved

PLAIN, PLAIN_LINE = replace(MOONS, epochs=15), replace(LINE, epochs=10)


def test_a_network_without_its_bends_costs_much() -> None:
    case = Planted("", "linear-network", "moons", replace(PLAIN, activation="linear").make, sound=PLAIN.make)
    cost = cost_of(case, 0, pairs=2)
    assert cost is not None
    assert cost > 0.3


def test_a_training_beside_itself_costs_nothing() -> None:
    assert cost_of(Planted("", "linear-network", "moons", PLAIN.make, sound=PLAIN.make), 0, pairs=2) == 0


def test_the_units_of_the_targets_do_not_matter() -> None:
    faulty = replace(PLAIN_LINE, rows=moved(PLAIN_LINE.rows, 1000.0, 0.0))
    cost = cost_of(Planted("", "unscaled-targets", "line", faulty.make, sound=PLAIN_LINE.make), 0, pairs=2)
    assert cost is not None
    assert 0.3 < cost < 1


def test_without_a_sound_training_there_is_no_cost() -> None:
    assert cost_of(Planted("", "leakage", "moons", PLAIN.make), 0) is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_sound_training_that_fails_tells_no_cost() -> None:
    broken = replace(PLAIN, optimizer="SGD", rate=1e38, activation="relu")
    assert cost_of(Planted("", "weak-optimizer", "moons", PLAIN.make, sound=broken.make), 0, pairs=2) is None
