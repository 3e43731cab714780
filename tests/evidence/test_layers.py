import math

import pytest

from lossclinic.core.lab import Baseline
from lossclinic.evidence.layers import layers
from tests.causes.by_hand import HEALTHY, HandLab, baseline, layers_of, probe, recipe, trial


def test_probes_are_sorted_by_time_and_the_output_set_apart():
    found = layers(HandLab(probes=HEALTHY), recipe(), baseline(lambda s: trial([1.0])))
    assert [p.layer for p in found.start] == ["a", "b", "out"]
    assert [p.layer for p in found.hidden_end] == ["a", "b"]
    assert found.output == "out"


def test_without_seeds_or_time_nothing_is_measured():
    assert not layers(HandLab(probes=HEALTHY), recipe(), Baseline((), ())).measured
    assert not layers(HandLab(), recipe(), baseline(lambda s: trial([1.0]))).measured


def test_gradients_that_fade_towards_the_input_shrink():
    fading = layers_of(probe("a", gradient_rms=1e-5), probe("b", gradient_rms=1e-3), probe("out", gradient_rms=1e-1))
    assert fading.gradient_shrinkage == pytest.approx(1e4)
    assert layers_of(probe("a", gradient_rms=1.0), probe("out", gradient_rms=0.1)).gradient_shrinkage == 1
    assert math.isinf(layers_of(probe("a", gradient_rms=0.0), probe("out")).gradient_shrinkage)


def test_measurements_that_are_no_numbers_are_left_out():
    broken = layers_of(probe("a", gradient_rms=math.nan, update_ratio=math.nan), probe("b"), probe("out"))
    assert broken.gradient_shrinkage == 1
    assert broken.update_ratio == pytest.approx(1e-3)
