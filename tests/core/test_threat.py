"""What users may say about attacks."""

from dataclasses import replace

import pytest

from lossclinic.core.errors import UsageError
from lossclinic.core.threat import Adversarial, Threat, threat_of
from tests.causes.by_hand import recipe


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0.1", Threat(0.1)),
        (0.1, Threat(0.1)),
        (8, Threat(8.0)),
        ("0.1:inf", Threat(0.1, "inf")),
        ("0.5:2", Threat(0.5, "2")),
        (True, Threat(0.1, relative=True)),
        ("auto", Threat(0.1, relative=True)),
        (Threat(3.0), Threat(3.0)),
        (False, None),
        (None, None),
    ],
)
def test_sizes_with_and_without_a_norm(said, meant):
    assert threat_of(said) == meant


@pytest.mark.parametrize("said", ["train.py", "0", "-1", "nan", "inf", "0.1:1", ":2", "1e999"])
def test_what_is_no_size_is_told_what_was_expected(said):
    with pytest.raises(UsageError) as raised:
        threat_of(said)
    assert str(said) in raised.value.came
    assert "0.1:inf" in raised.value.expected


def test_a_recipe_without_attacks_keeps_the_hash_that_it_had():
    plain = recipe()
    moved = replace(plain, adversarial=Adversarial(Threat(0.1)))
    assert plain.key != moved.key
    assert replace(moved, adversarial=None).key == plain.key
    (change,) = plain.diff(moved)
    assert (change.kind, change.after) == ("adversarial", Adversarial(Threat(0.1)))
