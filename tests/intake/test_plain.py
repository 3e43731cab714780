"""Losses of the script as plain data."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from lossclinic.core.shaped import primary_of
from lossclinic.engine.model import make_loss
from lossclinic.intake.plain import plain_loss
from lossclinic.losses import ShapedLoss

Y, P = np.array([[1], [0], [0]], np.float32), np.array([[0.7], [0.2], [0.6]], np.float32)


@pytest.mark.parametrize("reward", ["f1", [[0, 1], [5, 0]]])
def test_a_shaped_loss_with_a_reward_by_name_can_be_made_again(reward):
    own = ShapedLoss(keras.losses.BinaryFocalCrossentropy(gamma=1.0), reward, 0.3)
    plain, reason = plain_loss(own)
    assert reason is None
    assert primary_of(plain)["class_name"] == "BinaryFocalCrossentropy"
    assert float(make_loss(plain)(Y, P)) == pytest.approx(float(own(Y, P)))


def test_a_python_function_stays_in_the_script():
    plain, reason = plain_loss(ShapedLoss("binary_crossentropy", lambda y, labels: np.mean(y == labels)))
    assert plain["class_name"] == "ShapedLoss"
    assert "script's own" in reason
