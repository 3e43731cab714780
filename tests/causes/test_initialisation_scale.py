"""Initial weights of the wrong size, and what only makes the first loss large."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from lossclinic.causes.initialisation import wrong_initialisation_scale as scale
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.targets import targets
from lossclinic.evidence.untrained import Untrained, untrained
from tests.causes.by_hand import HandLab, References, baseline, case, curve, falling, layers_of, probe, recipe, trial

MIDDLING = curve(falling(floor=0.5, speed=20))
GOOD = curve(falling(floor=0.15, speed=20))
NEAR = Untrained(1.3, 1.0)
FAR = Untrained(9.0, 1.0)
MATCHING = SimpleNamespace(mismatches=())
MISMATCHED = SimpleNamespace(mismatches=("an output of the wrong kind",))


def started(*widths: float, **values):
    """Layers of 16 inputs and outputs whose first weights are so many times as wide as they should be."""
    names = ("a", "b", "out")[-len(widths) :]
    made = (probe(n, weight_rms=w / 4, fan_in=16, fan_out=16, **values) for n, w in zip(names, widths, strict=True))
    return layers_of(*made)


def examine(layers, first=NEAR, shape=MIDDLING, given=None, made=None, contract=MATCHING):
    data = given or case()
    return scale.examine(made or recipe(), layers, first, inputs(data), targets(data), contract, shape, References())


@pytest.mark.parametrize("widths", [(10, 1, 1), (1, 0.03, 1), (3, 3, 3.5), (0.2, 0.2, 0.2)])
def test_weights_far_too_wide_or_too_narrow_are_suspected(widths):
    found = examine(started(*widths))
    assert found.status == "suspected"
    assert "output-prior" in found.remedies
    assert len(found.remedies) > 1


def test_a_first_loss_far_from_a_constant_answers_is_suspected_of_the_output():
    found = examine(started(1, 1, 1), FAR)
    assert found.status == "suspected"
    assert found.where.layer == "out"
    assert found.remedies == ("output-prior",)


@pytest.mark.parametrize(
    ("layers", "first", "shape", "given", "made"),
    [
        (started(1.4, 1.4, 1), NEAR, MIDDLING, None, None),
        (started(0.3, 1, 1), NEAR, MIDDLING, None, None),
        (started(10, 1, 1, identical_units=1.0), NEAR, MIDDLING, None, None),
        (started(1, 1, 1), FAR, MIDDLING, case(scale=100), None),
        (started(1, 1, 1), FAR, MIDDLING, case(target_scale=50), None),
        (started(10, 1, 1), FAR, MIDDLING, None, replace(recipe(), initial="given")),
    ],
)
def test_ordinary_weights_large_data_or_given_weights_are_not(layers, first, shape, given, made):
    assert examine(layers, first, shape, given, made).status == "clear"


def test_a_start_that_seems_overcome_is_suspected_half_as_much():
    harmed, quiet = (examine(started(10, 1, 1), FAR, shape) for shape in (MIDDLING, GOOD))
    assert quiet.status == "suspected"
    assert quiet.confidence == pytest.approx(harmed.confidence / 2, abs=0.01)


def test_a_first_loss_that_the_output_or_missing_numbers_explain_is_not():
    assert examine(started(1, 1, 1), FAR, contract=MISMATCHED).status == "clear"
    assert examine(started(1, 1, 1), Untrained(float("inf"), 1.0)).status == "clear"
    assert examine(started(1, 1, 1, identical_units=1.0), FAR).status == "clear"


def test_a_layer_between_few_inputs_and_many_units_begins_as_glorot_says():
    wide = probe("a", weight_rms=(2 / 514) ** 0.5, fan_in=2, fan_out=512)
    assert wide.initial_width == pytest.approx(1.0)
    assert probe("a").initial_width is None


def test_the_first_score_comes_from_an_epoch_without_steps():
    lab = HandLab(lambda run: trial([2.6]), trivial=1.3)
    found = untrained(lab, recipe(), baseline(lambda s: trial([1.0])))
    assert found.excess == pytest.approx(2.0)
    (run,) = lab.runs
    assert (run.recipe.learning_rate, run.recipe.epochs, run.recipe.stop) == (0.0, 1, None)
