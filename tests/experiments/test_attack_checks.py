"""The attack's own tests, each failed by what it is there to find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lossclinic.core.probe import Attack, Strength
from lossclinic.core.threat import Threat
from lossclinic.experiments.attack_checks import checks_of

GOOD = Attack(
    threat=Threat(0.1),
    rows=200,
    random=0.95,
    efforts=((1, 0.42), (10, 0.40), (40, 0.39)),
    sweep=(Strength(0.0, 0.97, 0.1), Strength(1.0, 0.40, 1.5), Strength(4.0, 0.0, 9.0)),
    unbounded=0.0,
)


def failed(*attacks: Attack) -> set[str]:
    return {check.id for check in checks_of([("yours", attacks)]) if check.outcome == "failed"}


def test_an_attack_that_works_passes() -> None:
    assert failed(GOOD, replace(GOOD, efforts=((1, 0.40), (10, 0.41), (40, 0.40)))) == set()


@pytest.mark.parametrize(
    ("sign", "which"),
    [
        ({"efforts": ((1, 0.2), (10, 0.40), (40, 0.39))}, "more-steps"),
        ({"efforts": ((1, 0.3), (10, 0.28), (40, 0.33))}, "more-steps"),
        ({"unbounded": 0.2}, "unbounded"),
        ({"random": 0.3}, "random"),
    ],
)
def test_each_sign_of_a_masked_gradient_is_seen(sign: dict, which: str) -> None:
    assert failed(replace(GOOD, **sign)) == {which}


def test_both_networks_are_tested_and_one_without_attacks_counts_for_nothing() -> None:
    masked = replace(GOOD, unbounded=0.5)
    by_id = {check.id: check for check in checks_of([("yours", [GOOD]), ("hardened", [masked])])}
    assert by_id["unbounded"].outcome == "failed"
    assert "yours: no row stands; hardened: 50.0% of the rows stand" in by_id["unbounded"].text
    assert all("hardened" not in check.text for check in checks_of([("yours", [GOOD]), ("hardened", [])]))
