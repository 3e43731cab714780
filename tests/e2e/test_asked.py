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


def asked(folder: Path, data: str, *remedies: str, begin: str = BEGIN, end: str = END) -> FitReport:
    script = folder / "train.py"
    script.write_text(begin + data + end)
    return run_script(script, out=folder / "out", seed=0, workers=2, max_trials=90, tries=remedies).fits[0]


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


RARE = "y = (x[:, 0] + rng.normal(size=400) > {}).astype(int)\n"
DECIDED = END + "print((model.predict(x, verbose=0)[:, 0] > 0.5).mean())\n"


@pytest.mark.slow
@pytest.mark.parametrize(("edge", "verdict"), [(1.9, "verified"), (0.0, "no difference")])
def test_a_threshold_serves_a_rare_class_and_no_even_ones(tmp_path: Path, edge: float, verdict: str) -> None:
    data = RARE.format(edge).replace("400", "1500")
    script = DECIDED.replace("epochs=15", "epochs=8")
    tries = ("decision-threshold", "balanced-batches")
    report = asked(tmp_path, data, *tries, begin=BEGIN.replace("400", "1500"), end=script)
    answers = {answer.remedy: answer for answer in report.asked}
    cut, drawn = answers["decision-threshold"], answers["balanced-batches"]
    assert (": verified" if edge else "does not apply: the classes have about") in drawn.answer
    assert f"fresh pairs: {verdict}" in cut.answer
    threshold = float(cut.answer.split("threshold ")[1].split(":")[0])
    before, after = cut.answer.split("balanced accuracy ")[1].split(",")[0].split(" → ")
    if edge:
        assert threshold < 0.3
        assert float(after) > float(before) + 0.1
    else:
        assert abs(float(after) - float(before)) < 0.03
    assert f"> {threshold:.4g}).mean()" in Path(cut.script or "").read_text()
    assert cut.model is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "verified"), [("x[:, 0] * x[:, 1] + x[:, 2] * x[:, 3]", True), ("x[:, 0] + x[:, 1]", False)]
)
def test_products_help_where_one_column_turns_another_round(tmp_path: Path, rule: str, verified: bool) -> None:
    data = f"y = ({rule} + 0.1 * rng.normal(size=400) > 0).astype(int)\n"
    (products,) = asked(tmp_path, data, "interaction-features").asked
    assert ("fresh pairs: verified" in products.answer) == verified
    assert "column_stack([" in Path(products.script or "").read_text()
    assert products.model is not None
