"""Statistics of inputs, targets and split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets

from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.split_quality import split_quality
from lossclinic.evidence.targets import targets
from tests.evidence.planting import case, classes


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(-100, 100), st.integers(0, 40))
def test_columns_are_measured_beside_their_gaps(scale, shift, gaps):
    x = np.random.default_rng(0).normal(size=(80, 2)) * [1.0, scale] + [0.0, shift]
    x[:gaps, 1] = np.nan
    found = inputs(case(x, np.arange(80.0)))
    assert found.missing == gaps
    assert found.columns[1].missing == gaps
    assert found.columns[1].mean == pytest.approx(np.nanmean(x[:, 1]))
    assert found.scale_ratio >= 1


def test_many_rows_are_measured_in_blocks_and_a_sample(monkeypatch):
    x = np.random.default_rng(0).normal(size=(3000, 3)).astype("float32")
    x[2999, 0], x[2998, 1], x[:, 2] = 50, np.nan, 0
    x[7, 2] = 1
    whole = inputs(case(x, np.arange(3000.0)))
    monkeypatch.setattr("lossclinic.evidence.inputs.MOST_VALUES", 6000)
    monkeypatch.setattr("lossclinic.evidence.inputs.BLOCK_VALUES", 100)
    found = inputs(case(x, np.arange(3000.0)))
    assert (found.missing, found.missing_rows) == (whole.missing, whole.missing_rows) == (1, (2998,))
    assert [c.low for c in found.columns] == [c.low for c in whole.columns]
    assert [c.high for c in found.columns] == [c.high for c in whole.columns]
    assert found.constant == ()
    assert found.columns[1].std == pytest.approx(whole.columns[1].std, rel=0.1)


def test_pictures_constants_and_names():
    digits = datasets.load_digits()
    assert inputs(classes(digits.data, digits.target)).image
    assert "column 0" in inputs(classes(digits.data, digits.target)).constant
    assert inputs(classes(digits.images[..., None], digits.target)).image
    assert not inputs(case(np.ones((30, 2)), np.arange(30.0))).image


def test_targets_of_each_kind():
    x = np.zeros((40, 1))
    assert targets(classes(x, np.arange(40) % 4)).shares == (0.25,) * 4
    skewed = targets(case(x, np.exp(np.random.default_rng(0).normal(size=40) * 2)))
    assert skewed.skew[0] > 1
    assert "not 0 to 1" in targets(classes(x, np.arange(40) % 2 + 1)).notes[0]


def test_locked_rows_are_not_looked_at():
    x = np.random.default_rng(0).normal(size=(100, 2))
    found = split_quality(case(x, x[:, 0], split=Split("tail", 0.25)), Plan())
    assert found.train_rows + found.validation_rows == 80


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_random_order_is_rarely_called_ordered(seed):
    y = np.random.default_rng(seed).integers(0, 3, 200)
    found = split_quality(classes(np.random.default_rng(1).normal(size=(200, 2)), y, split=Split("tail", 0.3)), Plan())
    assert found.shift_p > 1e-4
    assert found.runs > 0.7


@pytest.mark.parametrize("rows", [1, 3, 8])
def test_tiny_data_are_safe(rows):
    x = np.arange(rows, dtype=float)[:, None]
    for split in (Split("tail", 0.2), Split("none"), Split("shuffled", 0.2)):
        assert split_quality(case(x, x[:, 0] * 1.5 + 0.1, split=split), Plan()).telltales == ()
