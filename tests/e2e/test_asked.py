"""Remedies that are asked about by name: the answer, its diff and its model, whatever the diagnosis says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lossclinic.core.report import FitReport
from lossclinic.session import run_script

BEGIN = """\
import numpy as np, keras
rng = np.random.default_rng(0)
x = rng.normal(size=(400, 4))
"""
END = """\
model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")])
model.compile(optimizer=keras.optimizers.Adam(0.03), loss="binary_crossentropy")
model.fit(x, y, epochs=15, validation_split=0.2, verbose=0)
"""


def asked(folder: Path, data: str, *remedies: str, end: str = END, **settings: object) -> FitReport:
    script = folder / "train.py"
    script.write_text(BEGIN + data + end)
    settings = {"max_trials": 90, "tries": remedies, **settings}
    return run_script(script, out=folder / "out", seed=0, workers=2, **settings).fits[0]


def medians(answer: str) -> tuple[float, float]:
    """The scores before and after, as an answer tells them."""
    before, after = answer.split("log-loss ")[1].split(",")[0].split(" → ")
    return float(before), float(after)


@pytest.mark.slow
def test_a_column_that_leaks_makes_the_score_truer_by_going(tmp_path: Path) -> None:
    leak = "y = (x[:, 0] + rng.normal(size=400) > 0).astype(int)\nx = np.column_stack([x, 10.0 * y])\n"
    report = asked(tmp_path, leak, "drop-leaking-columns", "drop-leaking-rows")
    columns, rows = report.asked
    before, after = medians(columns.answer)
    assert before < 0.1
    assert after > 0.4
    assert "worse; new rows come without" in columns.answer
    assert "does not apply" in rows.answer
    assert "prepare_rows(" in Path(columns.script or "").read_text()
    assert rows.diff is None
    assert {f.cause: f.status for f in report.findings}["leakage"] == "observed"
    import keras

    model = keras.saving.load_model(columns.model)
    some = np.random.default_rng(1).normal(size=(8, 5)).astype(np.float32)
    other = some * [1, 1, 1, 1, 100]
    np.testing.assert_allclose(model(some), model(other.astype(np.float32)), rtol=1e-5)
