"""The whole protocol on a small training."""

from __future__ import annotations

from planted.healthy import IRIS

import lossclinic


def test_a_suspicion_without_a_remedy_that_applies_is_no_matter_of_the_budget() -> None:
    """Iris is suspected of too many epochs, and stops early already: there is nothing to try, and time enough."""
    material = IRIS.make(0)
    fit = {name: value for name, value in material.fit.items() if name != "verbose"}
    report = lossclinic.run(material.model, material.x, material.y, **fit, max_trials=200, seed=0, workers=0)
    answer = report.fits[0]
    assert {f.cause: f.status for f in answer.findings}["too-many-epochs"] == "untestable"
    assert answer.ending == "nothing-to-fix"
    assert not any("nothing was left of the budget" in note for note in answer.notes)
