"""Random search is compared where there is something to repair, and its page says what it is."""

from __future__ import annotations

from dataclasses import replace

from planted.measure import Result
from planted.random_search import Searched, drawable, render, repairable

MEASURED = Result(
    "planted", "overfitting", "a", "a", 0, "400 trainings", (), ("overfitting",), (), "repaired", 0.3, 1.0,
    updates=1000, cost=0.2,
)  # fmt: skip
SEARCHED = Searched("overfitting", "a", 0, 1000, 10, verified=True, gain=0.1, lossclinic=True, own_gain=0.3)


def test_only_faults_with_a_price_are_searched() -> None:
    others = (
        replace(MEASURED, cost=None),
        replace(MEASURED, cost=0.01),
        replace(MEASURED, kind="control"),
        replace(MEASURED, updates=0),
    )
    assert repairable([MEASURED, *others]) == [MEASURED]
    assert repairable([MEASURED], leave_out=["a"]) == []


def test_the_order_does_not_follow_the_table() -> None:
    results = [replace(MEASURED, seed=seed) for seed in range(20)]
    order = repairable(results)
    assert sorted(order, key=lambda r: r.seed) == results
    assert order != results
    assert repairable(results[::-1]) == order


def test_what_was_not_verified_gains_nothing() -> None:
    failed = replace(SEARCHED, name="b", verified=False, gain=0.5)
    page = render([SEARCHED, failed], of=2)
    assert "| all | 2 | 2 | 1 | 30% | 5% |" in page
    assert "Of 2 trainings lossclinic repaired 2, random search 1." in page
    assert "p = 1.00" in page  # one pair in which they differ tells nothing
    assert "drawn from them by chance" not in page


def test_what_only_one_of_them_repairs_is_tested() -> None:
    found = [replace(SEARCHED, seed=seed, verified=seed < 1) for seed in range(7)]
    page = " ".join(render(found, of=7).split())
    assert "Only lossclinic repaired 6, only random search 0 (McNemar's exact test, two-sided: p = 0.03)" in page


def test_a_sample_is_called_one() -> None:
    page = " ".join(render([SEARCHED], of=7, leave_out=["pictures"]).split())
    assert "The 1 searched here were drawn from them by chance." in page
    assert "Those on pictures were left out." in page


def test_changes_that_random_search_cannot_make_are_named() -> None:
    assert "`batch-size`" in render([SEARCHED], of=1)
    assert "batch-size" not in drawable()
    assert "dropout" in drawable()
