"""What each remedy contributes, and that idle ones are left out."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.catalogue import Evidence
from lossclinic.core.progress import Silent
from lossclinic.core.trial import NO_TIME, Arm
from lossclinic.experiments.ablation import comparisons_of, contributions, drop_further
from lossclinic.experiments.confirm import confirm
from lossclinic.experiments.judge import compare, log_gains
from tests.experiments.recipes import recipe
from tests.experiments.trials import YARDSTICK, HandLab

BASE = recipe(0.01)
OPTIONS = {"min_gain": 0.05, "overlap": 0.0}
REMEDIES = ("standardise-inputs", "more-epochs", "shuffle")
CAUSES = ("unscaled-inputs", "too-few-epochs", "unshuffled-split")


class Made:
    """A lab in which every remedy multiplies the held-out loss by its factor, and what is needed to use it."""

    def __init__(self, monkeypatch, factors, together=None, out_of_time=False):
        self.factors, self.together = (
            dict(zip(REMEDIES, factors, strict=True)),
            together or (lambda names, score: score),
        )
        self.recipes = {}
        self.out_of_time = out_of_time
        self.lab = HandLab(self._score)
        monkeypatch.setattr("lossclinic.experiments.ablation.without", self._without)
        self.whole = self.arm(REMEDIES)

    def arm(self, names):
        made = recipe(0.01, epochs=10 + sum(2 ** REMEDIES.index(name) for name in names))
        self.recipes[made.key] = names
        return Arm(made, tuple(names), tuple(CAUSES[REMEDIES.index(name)] for name in names), (0,) * len(names))

    def _without(self, arm, base, index, evidence):
        return self.arm(tuple(name for at, name in enumerate(arm.remedies) if at != index))

    def _score(self, made, seed):
        names = self.recipes.get(made.key, ())
        if self.out_of_time and len(names) == 1:
            return NO_TIME
        shared = float(np.exp(np.random.default_rng(seed).normal(0, 0.2)))
        own = float(np.exp(np.random.default_rng([seed, made.epochs]).normal(0, 0.01)))
        return self.together(names, shared * own * float(np.prod([self.factors[name] for name in names])))

    def outcome(self, fits=lambda runs: True):
        evidence = Evidence({"recipe": BASE})
        comparisons = comparisons_of(self.whole, BASE, evidence)
        first = confirm(self.lab, comparisons, progress=Silent(), fits=lambda runs: True, **OPTIONS)
        return first, drop_further(self.lab, first, BASE, evidence, fits=fits, **OPTIONS)


def test_of_three_remedies_two_idle_ones_are_left_out(monkeypatch):
    first, last = Made(monkeypatch, (0.5, 1.0, 1.0)).outcome()
    assert len(first.prescription[0].arm.remedies) == 2
    assert last.prescription[0].arm.remedies == ("standardise-inputs",)
    assert last.prescription[1].verified


def test_which_causes_are_confirmed_does_not_change_by_it(monkeypatch):
    first, last = Made(monkeypatch, (0.5, 1.0, 1.0)).outcome()
    for remedy in REMEDIES:
        assert last.share_of(remedy) == first.share_of(remedy)
    assert last.chosen == first.chosen


def test_remedies_that_are_all_needed_stay(monkeypatch):
    made = Made(monkeypatch, (0.6, 0.7, 0.8))
    first, last = made.outcome()
    assert last is first
    assert last.prescription[0].arm.remedies == REMEDIES
    told = contributions(made.whole, last)
    assert [(c.remedy, c.kept, c.verdict) for c in told] == [(name, True, "needed") for name in REMEDIES]
    assert [c.gain.median for c in told] == pytest.approx([0.4, 0.3, 0.2], abs=0.03)
    assert told[0].beside == ("more-epochs", "shuffle")
    assert told[0].without.median == pytest.approx(0.7 * 0.8, rel=0.2)


def test_of_two_remedies_that_do_the_same_one_stays(monkeypatch):
    def twins(names, score):
        """The first two halve the loss, together no more than each alone."""
        return score * (0.5 if set(names) & set(REMEDIES[:2]) else 1.0)

    made = Made(monkeypatch, (1.0, 1.0, 0.6), twins)
    _, last = made.outcome()
    kept = last.prescription[0].arm.remedies
    assert len(kept) == 2
    assert "shuffle" in kept
    told = {c.remedy: c for c in contributions(made.whole, last)}
    (idle,) = set(REMEDIES) - set(kept)
    assert not told[idle].kept
    assert told[idle].verdict.startswith("left out")
    (twin,) = set(kept) - {"shuffle"}
    assert told[twin].verdict == "needed"
    assert told[twin].beside == ("shuffle",)
    assert told[twin].gain.median == pytest.approx(0.5, abs=0.03)


def test_what_stays_alone_tells_its_whole_gain(monkeypatch):
    made = Made(monkeypatch, (0.5, 1.0, 1.0))
    _, last = made.outcome()
    told = {c.remedy: c for c in contributions(made.whole, last)}
    assert [told[name].kept for name in REMEDIES] == [True, False, False]
    alone = told["standardise-inputs"]
    assert (alone.beside, alone.verdict) == ((), "keeps the gain by itself")
    assert alone.gain.median == pytest.approx(last.prescription[1].median)


def test_without_time_the_repair_stays_as_it_was_confirmed(monkeypatch):
    first, last = Made(monkeypatch, (0.5, 1.0, 1.0)).outcome(fits=lambda runs: False)
    assert last is first
    _, last = Made(monkeypatch, (0.5, 1.0, 1.0), out_of_time=True).outcome()
    assert len(last.prescription[0].arm.remedies) == 2


def test_a_smaller_repair_must_hold_at_the_level_that_is_handed_on(monkeypatch):
    _, last = Made(monkeypatch, (0.5, 1.0, 1.0)).outcome()
    repairs, left = 1 + len(REMEDIES), 2
    rests = [(c, v) for c, v in last.smaller.judged if c.role == "rest"]
    assert len(rests) == left
    for comparison, verdict in rests:
        before, after = (last.smaller.trials[r.key] for r in (comparison.before, comparison.after))
        raw = compare(log_gains(before, after, YARDSTICK)).p_value
        assert verdict.p_value == pytest.approx(min(1.0, raw * repairs * left))


def test_a_single_remedy_has_no_table(monkeypatch):
    made = Made(monkeypatch, (0.5, 1.0, 1.0))
    made.whole = made.arm(("standardise-inputs",))
    _, last = made.outcome()
    assert contributions(made.whole, last) == ()


def test_a_remedy_without_which_the_others_do_not_apply_says_so(monkeypatch):
    made = Made(monkeypatch, (0.6, 0.7, 0.8))
    monkeypatch.setattr(
        "lossclinic.experiments.ablation.without",
        lambda arm, base, index, evidence: None if index == 0 else made._without(arm, base, index, evidence),
    )
    _, last = made.outcome()
    first = contributions(made.whole, last)[0]
    assert (first.gain, first.kept, first.verdict) == (None, True, "the others do not apply without it")
