"""Every suspicion ends with a status that the experiments justify, and says why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lossclinic.core.finding import Finding
from lossclinic.core.trial import NO_TIME
from lossclinic.experiments.confirm import FIRST_SEED
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.settle import settle
from tests.experiments.states import (
    BASE,
    LENGTH,
    LONGER,
    MIN_GAIN,
    SCALED,
    SCALING,
    begun,
    confirmed,
    noisy,
    screened,
    suspicion,
)
from tests.experiments.trials import HandLab


def settled(state: Investigated) -> dict[str, Finding]:
    return {finding.cause: finding for finding in settle(state, MIN_GAIN)}


def test_a_verified_repair_confirms_its_cause_with_the_effect():
    found = settled(confirmed(HandLab(noisy((SCALED, 0.5))), SCALING))["unscaled-inputs"]
    assert found.status == "confirmed"
    assert found.effect is not None
    assert found.effect.pairs == 5
    assert found.effect.median == pytest.approx(0.5, abs=0.02)
    assert f"{found.effect.median:.0%}" in found.reason


FLOOR = Finding("noise-floor", "observed", reason="models of different kinds agree")


def test_a_loss_that_a_repair_lowers_was_not_at_the_noise_floor():
    found = settled(confirmed(HandLab(noisy((SCALED, 0.5))), SCALING, findings=(suspicion(SCALING), FLOOR)))
    assert found["noise-floor"].status == "refuted"
    assert "the floor lies deeper" in found["noise-floor"].reason


def test_a_repair_that_does_not_hold_leaves_the_noise_floor():
    found = settled(confirmed(HandLab(noisy((SCALED, 1.1))), SCALING, findings=(suspicion(SCALING), FLOOR)))
    assert found["noise-floor"].status == "observed"


MORE_ROWS = Finding("too-few-examples", "observed", reason="the loss still falls with the number of rows")


@pytest.mark.parametrize(("later", "status"), [("clear", "refuted"), ("observed", "suspected")])
def test_where_a_repair_holds_more_rows_are_a_question_for_later(later, status):
    state = confirmed(HandLab(noisy((SCALED, 0.5))), SCALING, findings=(suspicion(SCALING), MORE_ROWS))
    assert state.composition is not None
    left = {MORE_ROWS.cause: Finding(MORE_ROWS.cause, later, reason="the curve is flat")}
    found = settled(replace(state, composition=replace(state.composition, left=left)))
    assert found[MORE_ROWS.cause].status == status
    assert ("with the repair" if status == "refuted" else "put the repair in first") in found[MORE_ROWS.cause].reason


@pytest.mark.parametrize("cause", ["leakage", "label-noise"])
def test_facts_of_the_data_that_all_models_share_are_no_noise_floor(cause):
    found = settled(screened(HandLab(noisy()), findings=(FLOOR, Finding(cause, "observed"))))
    assert found["noise-floor"].status == "refuted"
    assert found["noise-floor"].reason.startswith(cause)


def test_a_repair_that_is_not_verified_leaves_the_suspicion():
    score = noisy((SCALED, 0.5))
    lab = HandLab(lambda r, seed: NO_TIME if seed >= FIRST_SEED + 3 else score(r, seed))
    found = settled(confirmed(lab, SCALING))["unscaled-inputs"]
    assert found.status == "suspected"
    assert "not verified: only 3 paired runs" in found.reason


def test_a_repair_that_fresh_seeds_do_not_show_is_refuted():
    screening = noisy((SCALED, 0.5))
    lab = HandLab(lambda r, seed: screening(r, seed) if seed < FIRST_SEED else 1.0 + (r == SCALED) * (0.1 + seed % 2))
    assert settled(confirmed(lab, SCALING))["unscaled-inputs"].status == "refuted"


def test_a_change_without_use_refutes_its_cause_with_the_figure():
    found = settled(screened(HandLab(noisy((SCALED, 1.2))), SCALING))["unscaled-inputs"]
    assert found.status == "refuted"
    assert re.search(r"it raises the loss by (19|20)\.\d%", found.reason)


def test_one_pair_rules_no_cause_out():
    state = screened(HandLab(noisy((SCALED, 1.2))), SCALING)
    assert state.composition is not None
    once = tuple(replace(result, gains=result.gains[:1]) for result in state.composition.tried)
    found = settled(replace(state, composition=replace(state.composition, tried=once)))["unscaled-inputs"]
    assert found.status == "suspected"
    assert "was tried once, and raises the loss by" in found.reason


def test_a_change_that_always_failed_is_said_to():
    lab = HandLab(lambda r, seed: "non-finite loss" if r == SCALED else 1.0)
    assert "failed (non-finite loss)" in settled(screened(lab, SCALING))["unscaled-inputs"].reason


def test_a_smaller_gain_is_refuted_by_the_larger_one_that_covers_it():
    found = settled(confirmed(HandLab(noisy((SCALED, 0.3), (LONGER, 0.8))), SCALING, LENGTH))
    assert found["unscaled-inputs"].status == "confirmed"
    assert found["too-few-epochs"].status == "refuted"
    assert "not beyond what fixing unscaled-inputs gives" in found["too-few-epochs"].reason


def test_what_was_not_tried_stays_suspected_or_is_untestable_with_its_reason():
    state = screened(HandLab(noisy()), findings=(suspicion(SCALING, reason=""), suspicion(LENGTH)))
    assert state.composition is not None
    reasons = {("too-few-epochs", "more-epochs"): "a schedule decides"}
    found = settled(replace(state, composition=replace(state.composition, not_applicable=reasons)))
    assert found["unscaled-inputs"].status == "suspected"
    assert "budget" in found["unscaled-inputs"].reason
    assert found["too-few-epochs"].status == "untestable"
    assert "a schedule decides" in found["too-few-epochs"].reason


def test_facts_stay_facts_when_their_remedy_does_not_help():
    observed = suspicion(SCALING, status="observed")
    assert settled(screened(HandLab(noisy()), SCALING, findings=(observed,)))["unscaled-inputs"] == observed


def test_before_any_experiment_findings_are_left_as_they_are_in_order_of_rank():
    clear, fact = Finding("dead-units", "clear"), Finding("leakage", "observed", 0.9)
    small = Finding("label-noise", "suspected", 0.2, remedies=("huber-loss",))
    large = suspicion(SCALING, severity=0.8)
    lab = HandLab(noisy())
    assert settle(begun(lab, clear, small, fact, large), MIN_GAIN) == (fact, large, small, clear)
    assert lab.trained[0].recipe == BASE


def test_a_summary_gives_way_to_what_explains_it():
    summary = Finding("underfitting", "observed", severity=0.3, reason="the network fits badly")
    alone = begun(HandLab(noisy((SCALED, 0.5))))
    state = replace(alone, findings={"underfitting": summary})
    assert settled(state)["underfitting"].status == "observed"
    open_ = Finding("wide", "suspected", remedies=("widen",), reason="perhaps")
    assert (
        settled(replace(state, findings={"underfitting": summary, "wide": open_}))["underfitting"].status == "suspected"
    )
    known = Finding("wide", "confirmed", remedies=("widen",), reason="surely")
    found = settled(replace(state, findings={"underfitting": summary, "wide": known}))["underfitting"]
    assert found.status == "refuted"
    assert "wide explains it" in found.reason
