"""Pairs of columns whose product says what no straight line says."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.interactions import strongest_pairs
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.steps import Products

Z = np.random.default_rng(0).normal(size=(600, 6))
NOISE = np.random.default_rng(1).normal(size=600)
EFFECT = 3 * Z[:, 0] + 2 * Z[:, 1] * Z[:, 4] + Z[:, 2] * Z[:, 3] + 0.5 * NOISE


@pytest.mark.parametrize(
    "y",
    [
        EFFECT,
        np.stack([EFFECT, NOISE], axis=1),
        (EFFECT > 0).astype(int),
        np.digitize(EFFECT, [-3, 0, 3]),
        np.eye(4)[np.digitize(EFFECT, [-3, 0, 3])],
        np.where(np.arange(600) == 5, np.nan, EFFECT),
    ],
)
def test_products_that_matter_are_found_whatever_form_the_targets_have(y):
    assert set(strongest_pairs(Z, y, 2)) == {(1, 4), (2, 3)}


def test_there_are_no_more_pairs_than_columns_make():
    assert sorted(strongest_pairs(Z[:, :3], EFFECT, 9)) == [(0, 1), (0, 2), (1, 2)]


def test_rows_get_the_products_behind_their_columns_on_training_scales():
    train, other = 100 + 10 * Z[:400], 100 + 10 * Z[400:]
    ready = prepare(fit_inputs((Products(1),), train, EFFECT[:400]), other)
    assert ready.shape == (200, 7)
    np.testing.assert_allclose(ready[:, :6], other, rtol=1e-6)
    assert np.corrcoef(ready[:, 6], Z[400:, 1] * Z[400:, 4])[0, 1] > 0.99
    assert abs(ready[:, 6]).mean() < 2


def test_products_need_targets_to_be_chosen_by():
    with pytest.raises(ValueError, match="none were given"):
        fit_inputs((Products(1),), Z)
