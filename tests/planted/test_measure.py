"""What is measured, and on which seeds."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from planted.case import graded
from planted.measure import planted_modules, wanted_of
from planted.table import for_tuning


def asked(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"only": ("learning-rate-too-high",), "kind": None, "half": None, "seeds": 3, **given})


def test_in_turn_every_strength_meets_every_seed_with_one_run_a_case() -> None:
    wanted = wanted_of(asked(kind=["planted"], in_turn=True))
    runs = Counter(case.name for _, case, _ in wanted)
    assert set(runs.values()) == {1}
    met = {(case.strength, seed) for _, case, seed in wanted}
    assert met >= {(strength, seed) for strength in ("mild", "plain", "strong") for seed in range(3)}


def test_the_halves_are_the_whole_and_keep_their_seeds() -> None:
    whole, tuning, judged = (wanted_of(asked(half=half, in_turn=True)) for half in (None, "tuning", "judged"))
    assert all(for_tuning(case.data) for _, case, _ in tuning)
    assert not any(for_tuning(case.data) for _, case, _ in judged)
    keys = [{(kind, case.name, seed) for kind, case, seed in part} for part in (whole, tuning, judged)]
    assert keys[0] == keys[1] | keys[2]


def test_without_turns_every_case_meets_every_seed() -> None:
    module = planted_modules()["learning-rate-too-high"]
    count = len(module.PLANTED) + len(module.NEAR_MISSES)
    assert len(wanted_of(asked(in_turn=False))) == 3 * count


def test_healthy_trainings_meet_every_seed() -> None:
    wanted = wanted_of(asked(only=("healthy",), in_turn=True))
    assert Counter(case.name for _, case, _ in wanted).most_common()[-1][1] == 3


def test_three_strengths_are_named_after_their_values() -> None:
    cases = graded("moons at {}", "leakage", "moons", lambda rate: lambda seed: rate, (0.1, 0.2, 0.3))
    assert [(case.name, case.strength, case.make(0)) for case in cases] == [
        ("moons at 0.1", "mild", 0.1),
        ("moons at 0.2", "plain", 0.2),
        ("moons at 0.3", "strong", 0.3),
    ]
