"""Losses compared for real, in this process."""

from __future__ import annotations

import json

import numpy as np
import pytest

import lossclinic.loss_table.session as session
from lossclinic.core.errors import UsageError
from lossclinic.loss_table import compare_losses


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """A captured straight line whose targets have a zero too many here and there."""
    keras = pytest.importorskip("keras")
    from lossclinic.intake.model import capture_model

    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)).astype("float32")
    y = (x[:, 0] + 3).astype("float32") * np.where(rng.random(200) < 0.1, 10, 1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.03), "mse")
    folder = tmp_path_factory.mktemp("typed")
    capture_model(model, x, y, folder=folder / "cases" / "1", max_bytes=10**8, epochs=15, batch_size=16)
    return folder


def test_gross_errors_are_for_a_loss_that_bounds_them(typed, tmp_path):
    table = compare_losses(typed, out=tmp_path, workers=0, repeats=5)
    assert table.ending == "compared"
    assert table.exit_code == 0
    rows = {row.name: row for row in table.rows}
    assert next(iter(rows)) == "squared error"
    assert rows["absolute error"].cells["median error"].verdict == "better"
    assert "median error absolute error is better" in table.answer
    told = json.loads((tmp_path / "losses.json").read_text())
    assert told == json.loads(json.dumps(table.to_dict(), allow_nan=False))


def test_ctrl_c_leaves_what_was_trained(typed, tmp_path, monkeypatch):
    real = session.train_repeats

    def twice(lab, losses, repeats, progress, kept):
        real(lab, losses, 2, progress, kept)
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "train_repeats", twice)
    table = compare_losses(typed, out=tmp_path, workers=0)
    assert table.interrupted
    assert table.exit_code == 1
    assert [row.repeats for row in table.rows] == [2] * 4
    assert all(np.isfinite(cell.mean) for row in table.rows for cell in row.cells.values())
    assert "interrupted" in table.answer


def test_bad_settings_are_told_before_anything_is_trained(typed, tmp_path):
    with pytest.raises(UsageError, match="repeats"):
        compare_losses(typed, out=tmp_path, repeats=0)
    with pytest.raises(UsageError, match="1 training"):
        compare_losses(typed, out=tmp_path, fit=2)
