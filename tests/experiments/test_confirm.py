from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.progress import Silent
from lossclinic.core.trial import NO_TIME, Arm
from lossclinic.experiments.confirm import FIRST_SEED, Comparison, confirm, shared
from tests.experiments.recipes import recipe
from tests.experiments.trials import HandLab

BASE, ARM = recipe(0.01), recipe(0.1)
OPTIONS = {"min_gain": 0.05, "overlap": 0.0, "progress": Silent()}


def _noisy(seed: int, scale: float) -> float:
    return float(np.exp(np.random.default_rng(seed).normal(0, scale)))


def _lab(factor: float, scale: float = 0.05) -> HandLab:
    return HandLab(lambda r, seed: _noisy(seed, scale) * (factor * _noisy(seed + 1, scale) if r == ARM else 1.0))


def _confirm(lab, fits=lambda runs: True):
    return confirm(lab, (Comparison("arm", BASE, ARM),), fits=fits, **OPTIONS)


@pytest.mark.parametrize(
    ("p_values", "divisors"),
    [
        ((0.001, 0.02, 0.03), (3, 2, 4 / 3)),
        ((0.03, 0.02, 0.001), (4 / 3, 2, 3)),
        ((0.04, 0.001, 0.041), (2, 3, 0.08 / 0.041)),
        ((0.0, 0.0, 0.0), (3, 2, 1)),
    ],
)
def test_comparisons_of_one_family_share_the_level_by_holms_steps(p_values, divisors):
    assert shared(("prescription", "rest", "rest"), p_values) == pytest.approx(divisors)


def test_each_family_has_a_level_of_its_own():
    roles = ("prescription", "part", "rest", "asked", "part")
    assert shared(roles, (0.001, 0.01, 0.02, 0.5, 0.02)) == pytest.approx((2, 2, 1, 1, 1))


def test_a_clear_gain_needs_five_pairs_only():
    lab = _lab(0.5)
    result = _confirm(lab)
    assert result.verdicts[0].verified
    assert result.verdicts[0].pairs == 5
    assert len(lab.trained) == 10


def test_a_gain_in_doubt_gets_more_pairs():
    result = _confirm(_lab(0.8, scale=0.2))
    assert result.verdicts[0].pairs > 5


def test_a_remedy_that_makes_it_worse_is_given_up_early():
    result = _confirm(_lab(1.5))
    assert not result.verdicts[0].verified
    assert result.verdicts[0].pairs == 5


def test_confirmation_uses_seeds_that_screening_never_saw_and_pairs_them():
    lab = _lab(0.5)
    _confirm(lab)
    assert min(run.seed for run in lab.trained) >= FIRST_SEED
    assert {run.purpose for run in lab.trained} == {"confirm"}
    assert sorted(run.seed for run in lab.trained if run.recipe == BASE) == sorted(
        run.seed for run in lab.trained if run.recipe == ARM
    )


def test_a_seed_without_time_for_both_runs_counts_for_neither():
    lab = HandLab(lambda r, seed: NO_TIME if r == ARM and seed >= FIRST_SEED + 3 else 1.0)
    result = _confirm(lab)
    assert result.cut_short
    assert result.verdicts[0].pairs == 3
    assert not result.verdicts[0].verified


def test_more_pairs_are_not_begun_when_they_do_not_fit():
    result = _confirm(_lab(0.8, scale=0.2), fits=lambda runs: False)
    assert result.cut_short
    assert result.verdicts[0].pairs == 5


def _pair(whole: float, first: float, second: float, names: tuple[str, str] = ("a", "b")):
    """Confirm a repair of two remedies; the numbers are held-out losses relative to the baseline's."""
    a, b = names
    both, one, other = recipe(0.1), recipe(0.2), recipe(0.3)
    level = {BASE.key: 1.0, both.key: whole, one.key: first, other.key: second}
    lab = HandLab(lambda r, seed: level[r.key] * _noisy(seed, 0.2) * _noisy(seed + 7 + len(r.key), 0.01))
    arms = {name: Arm(r, remedies) for name, r, remedies in (
        ("both", both, (a, b)), ("one", one, (a,)), ("other", other, (b,)))}  # fmt: skip
    comparisons = (
        Comparison(f"{a} + {b}", BASE, both, arm=arms["both"]),
        Comparison(b, one, both, "part"),
        Comparison(b, BASE, one, "rest", arms["one"]),
        Comparison(a, other, both, "part"),
        Comparison(a, BASE, other, "rest", arms["other"]),
    )
    return confirm(lab, comparisons, fits=lambda runs: True, **OPTIONS)


def test_a_remedy_whose_own_share_is_not_verified_is_left_out_of_the_repair():
    result = _pair(whole=0.5, first=0.505, second=0.9)
    assert result.prescription[0].arm.remedies == ("a",)
    assert result.prescription[1].verified
    assert result.share_of("a") is result.prescription[1]
    assert not result.share_of("b").verified


def test_a_repair_whose_parts_are_all_verified_stays_whole():
    result = _pair(whole=0.3, first=0.55, second=0.6)
    assert result.prescription[0].arm.remedies == ("a", "b")
    assert result.share_of("a").verified
    assert result.share_of("b").verified


@pytest.mark.parametrize(("whole", "kept"), [(0.47, ("early-stopping",)), (0.35, ("early-stopping", "l2"))])
def test_a_penalty_beside_stopping_earlier_must_bring_more_than_a_small_part(whole, kept):
    result = _pair(whole=whole, first=0.5, second=0.9, names=("early-stopping", "l2"))
    assert result.prescription[0].arm.remedies == kept


@pytest.mark.parametrize(("second", "kept"), [("more-epochs", ("batch-size",)), ("dropout", ("batch-size", "dropout"))])
def test_what_makes_every_training_longer_must_bring_more_than_a_small_part(second, kept):
    result = _pair(whole=0.45, first=0.5, second=0.9, names=("batch-size", second))
    assert result.share_of(second).verified
    assert result.prescription[0].arm.remedies == kept


def test_more_epochs_that_bring_much_are_prescribed():
    result = _pair(whole=0.3, first=0.6, second=0.9, names=("batch-size", "more-epochs"))
    assert result.prescription[0].arm.remedies == ("batch-size", "more-epochs")


@pytest.mark.parametrize(("longer", "kept"), [(0.55, "batch-size"), (0.4, "more-epochs")])
def test_of_two_that_do_the_same_the_one_that_spares_the_epochs_is_prescribed(longer, kept):
    result = _pair(whole=0.99 * longer, first=0.6, second=longer, names=("batch-size", "more-epochs"))
    assert result.prescription[0].arm.remedies == (kept,)
