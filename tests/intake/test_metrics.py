"""What the model was compiled to report comes along with the case."""

from __future__ import annotations

import numpy as np

from lossclinic.core.folder import load_case
from lossclinic.intake.model import capture_model


def test_metrics_are_named_and_survive_the_folder(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

    def own_measure(y_true, y_pred):
        return keras.ops.mean(y_true - y_pred)

    metrics = ["accuracy", keras.metrics.AUC(), keras.metrics.BinaryAccuracy(threshold=0.0), own_measure]
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=metrics)
    case = capture_model(model, np.zeros((40, 2)), np.arange(40) % 2, folder=tmp_path / "fit-001")
    assert case.observed.metrics == ("accuracy", "auc", "binaryaccuracy>0", "ownmeasure")
    assert load_case(case.folder).observed.metrics == case.observed.metrics
