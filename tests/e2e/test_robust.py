"""`--robust EPS` from end to end, on digits: found, hardened, confirmed, written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.datasets import load_digits

import lossclinic

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EPS = 0.1


def trained(**options):
    import keras

    x, y = load_digits(return_X_y=True)
    layers = [keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((64,)), *layers])
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
    return lossclinic.run(
        model, x / 16, y, epochs=12, batch_size=64, workers=0, max_trials=options.pop("max_trials", 40), **options
    )


def test_a_network_that_falls_is_hardened_and_the_price_is_told(tmp_path: Path) -> None:
    fit = trained(robust=f"{EPS}:inf", out=tmp_path, max_trials=150).fits[0]
    assert {f.cause: f.status for f in fit.findings}["not-robust"] == "confirmed"
    assert fit.ending == "repaired"
    assert fit.prescription is not None
    assert fit.prescription.remedies[-1] == "adversarial-training"
    assert fit.prescription.gain.low > 0.05
    found = fit.under_attack
    assert found is not None
    assert found.believable
    at = {round(each.size, 3): each for each in found.sweep}
    assert at[EPS].treated is not None
    assert at[EPS].treated.right > at[EPS].baseline.right + 0.2
    assert at[0.0].baseline.right > 0.9
    assert "rows as they are" in found.price
    assert fit.prescription.model is not None


def test_without_the_question_nothing_is_attacked() -> None:
    fit = trained().fits[0]
    assert fit.under_attack is None
    assert {f.cause: f.status for f in fit.findings}["not-robust"] == "clear"
    assert not any("adversarial-training" in arm.remedies for arm in fit.arms)
