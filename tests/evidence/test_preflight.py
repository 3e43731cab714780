from dataclasses import replace

import pytest

from lossclinic.core.canonical import plain
from lossclinic.core.lab import Baseline
from lossclinic.core.preflight import Preflight
from lossclinic.core.trial import NO_TIME, Run
from lossclinic.evidence.preflight import exploding_from, preflight
from tests.causes.by_hand import HandLab, baseline, failed, recipe, trial

GOOD = Preflight(
    at_start=1.05,
    one_batch=(1.1, 0.02),
    updates=200,
    mixing=0.0,
    modes=(0.3, 0.2),
    repeats=True,
    rates=(0.001, 0.01, 0.1, 1.0),
    losses=(1.0, 0.6, 0.9, 700.0),
)


def score(run: Run):
    """0.2 with inputs, the constant answer's score without them, a little worse with targets in disorder."""
    return trial([{"": 0.2, "zeroed-inputs": 1.0, "permuted-targets": 1.1}[run.control]])


def outcomes(measured: Preflight | None, train=score, rate: object = 0.01) -> dict[str, str]:
    lab = HandLab(train, **({} if measured is None else {"preflight": plain(measured)}))
    found = preflight(lab, recipe(rate=rate), baseline(lambda s: train(Run(recipe(), s))))
    return {check.id: check.outcome for check in found.checks}


def test_a_healthy_network_passes_every_test():
    assert set(outcomes(GOOD).values()) == {"passed"}
    assert len(outcomes(GOOD)) == 8


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        ({"at_start": 40.0}, "loss-at-start"),
        ({"at_start": float("nan")}, "loss-at-start"),
        ({"one_batch": (1.1, 0.9)}, "one-batch"),
        ({"mixing": 0.3}, "row-mixing"),
        ({"modes": (0.9, 0.2)}, "two-modes"),
        ({"repeats": False}, "same-seed"),
        ({"losses": (1.0, 9.0, 80.0, float("nan"))}, "rate-range"),
    ],
)
def test_one_fault_fails_one_test(change, fails):
    found = outcomes(replace(GOOD, **change))
    assert [name for name, outcome in found.items() if outcome != "passed"] == [fails]


def test_a_network_that_ignores_its_inputs_is_found_out():
    assert outcomes(GOOD, lambda run: trial([1.0]))["zeroed-inputs"] == "failed"


def test_learning_from_targets_in_disorder_is_a_leak():
    assert outcomes(GOOD, lambda run: trial([0.2]))["permuted-targets"] == "failed"


def test_what_was_not_measured_is_unknown():
    found = outcomes(None)
    assert found.pop("zeroed-inputs") == found.pop("permuted-targets") == "passed"
    assert set(found.values()) == {"unknown"}
    late = outcomes(GOOD, lambda run: failed(NO_TIME) if run.control else trial([0.2]))
    assert {late["zeroed-inputs"], late["permuted-targets"]} == {"unknown"}
    assert outcomes(GOOD, rate={"class_name": "CosineDecay", "config": {}})["rate-range"] == "unknown"


def test_long_trainings_are_spared():
    lab = HandLab(score, preflight=plain(GOOD))
    long = replace(baseline(lambda s: trial([0.2])), share=0.5)
    assert preflight(lab, recipe(), long).checks == ()
    assert "long" in preflight(lab, recipe(), long).reason
    assert preflight(lab, recipe(), Baseline((), ())).checks == ()
    assert not lab.runs


def test_an_explosion_is_where_the_loss_never_returns():
    rates = (0.1, 1.0, 10.0)
    assert exploding_from(rates, (1.0, 0.5, 0.4)) is None
    assert exploding_from(rates, (1.0, 9.0, 0.4)) is None
    assert exploding_from(rates, (1.0, 0.4, float("inf"))) == 10.0
    assert exploding_from(rates, (1.0, 5.0, 6.0)) == 1.0
