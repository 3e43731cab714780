"""Remedies against heavy tails apply where there is one, and only there."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.remedies.data import clip_outliers, log_transform
from lossclinic.remedies.loss import huber_loss
from tests.evidence.planting import binary, case

RNG = np.random.default_rng(5)
X = RNG.normal(size=(400, 3))
HEAVY = np.exp(2 * X)
Y = X[:, 0]
PRICES = 100 * np.exp(1.5 * Y)


def test_columns_targets_and_both():
    c = case(HEAVY, PRICES)
    columns, targets, both = log_transform.apply(c.recipe, c)
    assert (columns.inputs, columns.log_targets) == (("log",), False)
    assert (targets.inputs, targets.log_targets) == ((), True)
    assert (both.inputs, both.log_targets) == (("log",), True)


def test_logarithms_far_from_0_are_standardised_too():
    for unit, wanted in ((1.0, False), (1e5, True)):
        c = case(X, unit * np.exp(1.5 * Y))
        (treated,) = log_transform.apply(c.recipe, c)
        assert treated.standardise_targets is wanted


def test_the_logarithm_comes_before_the_scaling():
    c = case(HEAVY, Y, inputs=("impute", "standardise"))
    assert log_transform.apply(c.recipe, c)[0].inputs == ("impute", "log", "standardise")


@pytest.mark.parametrize(
    ("c", "why"),
    [
        (case(X, Y), "no column has a heavy tail"),
        (case(X, np.where(Y > 1, PRICES, -PRICES)), "negative"),
        (case(X, PRICES, activation="sigmoid"), "bounded"),
        (case(X, PRICES, loss_name="Poisson"), "not made for logarithms"),
        (case(np.exp(2 * RNG.normal(size=(99, 4, 4, 1))), Y[:99]), "no table"),
    ],
)
def test_what_has_no_tail_or_no_logarithm_stays(c, why):
    with pytest.raises(NotApplicable, match=why):
        log_transform.apply(c.recipe, c)


def test_far_out_values_are_clipped_before_anything_is_scaled():
    c = case(HEAVY, Y, inputs=("standardise",))
    assert clip_outliers.apply(c.recipe, c)[0].inputs == ("clip", "standardise")
    with pytest.raises(NotApplicable, match="far out"):
        clip_outliers.apply(c.recipe, replace(c, data=replace(c.data, x=np.clip(X, -2, 2))))


def test_hubers_width_follows_the_bulk_of_the_targets():
    slips = np.where(np.arange(400) % 30 == 0, 1000.0, 10 * Y)
    c = case(X, slips)
    wide, narrow = (r.loss["config"]["delta"] for r in huber_loss.apply(c.recipe, c))
    assert wide == pytest.approx(13.5, rel=0.2)
    assert narrow == pytest.approx(wide / 4, rel=0.1)


def test_huber_is_for_squared_errors_of_numbers():
    for c, why in ((case(X, Y, loss_name="MeanAbsoluteError"), "not squared"), (binary(X, (Y > 0) * 1), "classes")):
        with pytest.raises(NotApplicable, match=why):
            huber_loss.apply(c.recipe, c)
