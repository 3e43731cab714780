"""What an experiment makes of a finding."""

from __future__ import annotations

import pytest

from lossclinic.core.finding import LATENT, Finding


@pytest.mark.parametrize("status", ["suspected", "refuted"])
def test_a_fact_stays_one_whatever_the_experiment_says(status):
    found = Finding("misplaced-dropout", "suspected", severity=0.4, is_fact=True).settled(status, "no useful gain")
    assert found.status == "observed"
    assert found.reason.startswith("true, but")
    assert found.severity == (LATENT if status == "refuted" else 0.4)


@pytest.mark.parametrize("status", ["suspected", "refuted", "confirmed"])
def test_a_suspicion_becomes_what_the_experiment_says(status):
    assert Finding("overfitting", "suspected").settled(status, "because").status == status
