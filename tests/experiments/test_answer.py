"""The first sentence and the ending say what the experiments showed, and nothing more."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from lossclinic.core.finding import Finding
from lossclinic.core.lab import Baseline
from lossclinic.core.progress import Silent
from lossclinic.core.report import Agreement, Band, FitReport, Reference
from lossclinic.core.task import Task
from lossclinic.core.trial import NO_TIME, Arm
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.answer import fit_report
from lossclinic.experiments.confirm import FIRST_SEED, Comparison, confirm
from lossclinic.experiments.design import setting_of
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.screen import screen
from tests.experiments.states import (
    BASE,
    CASE,
    LENGTH,
    LONGER,
    MIN_GAIN,
    ROWS,
    SCALED,
    SCALING,
    begun,
    confirmed,
    noisy,
    screened,
)
from tests.experiments.trials import YARDSTICK, HandLab, trial


def answer(state: Investigated) -> FitReport:
    return fit_report(state, MIN_GAIN)


def test_a_repair_of_trainings_that_sometimes_learn_nothing_says_how_many_do():
    def score(recipe, seed):
        fine = 0.2 * noisy()(recipe, seed)
        return 1.0 if recipe == BASE and seed % 3 == 0 else fine

    report = answer(confirmed(HandLab(score), SCALING))
    assert report.ending == "repaired"
    assert "6 of 20 of your trainings learn nothing, none of the repaired ones" in report.answer
    assert "on average the held-out mean squared error falls by" in report.answer
    assert "of which 6 learn nothing without it and none with it" in report.findings[0].reason


def test_a_verified_repair_names_the_cause_and_both_figures():
    report = answer(confirmed(HandLab(noisy((SCALED, 0.5))), SCALING, LENGTH))
    plan = report.prescription
    assert report.ending == "repaired"
    assert report.answer.startswith("Fix ")
    assert "your held-out mean squared error falls from" in report.answer
    assert "(better in 5 of 5 fresh repeats)" in report.answer
    assert plan is not None
    assert plan.verified
    assert plan.remedies == ("standardise-inputs",)
    assert plan.gain.low < plan.gain.median < plan.gain.high
    assert plan.gain.median == pytest.approx(0.5, abs=0.02)
    assert plan.treated.median < plan.baseline.median
    assert plan.locked_treated < plan.locked_baseline
    assert [(arm.name, arm.stage) for arm in report.arms] == [
        ("standardise-inputs", "confirmed"),
        ("standardise-inputs", "screened"),
        ("more-epochs", "screened"),
    ]
    assert [curve.name for curve in report.curves] == ["baseline", "treated"]


def test_a_curve_is_as_long_as_its_longest_training_and_one_that_stopped_keeps_its_last_value():
    state = confirmed(HandLab(noisy((SCALED, 0.5))), SCALING)
    assert state.confirmation is not None
    long = replace(trial(0.2), epochs=(1, 2, 3), train_score=(0.9, 0.5, 0.2), held_out_score=(0.9, 0.6, 0.4))
    short = replace(trial(0.8), epochs=(1,), train_score=(0.8,), held_out_score=(0.8,))
    trials = {**state.confirmation.trials, SCALED.key: (short, long)}
    treated = answer(replace(state, confirmation=replace(state.confirmation, trials=trials))).curves[1]
    assert treated.epochs == (1, 2, 3)
    assert [band.median for band in treated.held_out] == pytest.approx([0.85, 0.7, 0.6])


def test_the_accuracy_comes_from_the_runs_whose_scores_stand_beside_it():
    state = confirmed(HandLab(noisy((SCALED, 0.5))), SCALING, LENGTH)
    assert answer(state).agreement is None
    known = {
        key: tuple(replace(t, held_out_agreement=(0.9 if key == SCALED.key else 0.6,)) for t in trials)
        for key, trials in state.confirmation.trials.items()
    }
    classes = Yardstick("log-loss", Task("binary", 2, (0.0, 1.0)))
    state = replace(state, yardstick=classes, confirmation=replace(state.confirmation, trials=known))
    assert answer(state).agreement == Agreement("accuracy", Band(0.6, 0.6, 0.6), Band(0.9, 0.9, 0.9))


@pytest.mark.parametrize(("each", "kept"), [(0.6, SCALING.remedies + LENGTH.remedies), (1.0, SCALING.remedies)])
def test_a_verified_composition_tells_what_each_remedy_contributes(each, kept):
    both = Arm(replace(SCALED, epochs=40), SCALING.remedies + LENGTH.remedies, SCALING.causes + LENGTH.causes, (0, 0))
    lab = HandLab(noisy((SCALED, 0.5), (LONGER, each), (both.recipe, 0.5 * each)))
    state = screened(lab, SCALING, LENGTH)
    comparisons = (
        Comparison(both.name, BASE, both.recipe, arm=both),
        Comparison(SCALING.name, LONGER, both.recipe, "part"),
        Comparison(SCALING.name, BASE, LONGER, "rest", LENGTH),
        Comparison(LENGTH.name, SCALED, both.recipe, "part"),
        Comparison(LENGTH.name, BASE, SCALED, "rest", SCALING),
    )
    outcome = confirm(lab, comparisons, min_gain=MIN_GAIN, overlap=0.0, progress=Silent(), fits=lambda runs: True)
    assert state.composition is not None
    composition = replace(state.composition, arm=both)
    plan = fit_report(replace(state, composition=composition, confirmation=outcome), MIN_GAIN).prescription
    assert plan is not None
    assert plan.remedies == kept
    assert tuple(c.remedy for c in plan.contributions if c.kept) == kept
    scaling, length = plan.contributions
    assert scaling.gain is not None
    assert length.gain is not None
    assert scaling.gain.median == pytest.approx(0.5, abs=0.03)
    assert length.gain.median == pytest.approx(1 - each, abs=0.03)


def test_a_change_that_was_no_better_until_the_time_was_up_is_not_prescribed():
    lab = HandLab(
        lambda r, seed: NO_TIME if seed >= FIRST_SEED + 7 else 1.0 + (r == SCALED) * 0.3 * (-1) ** seed,
    )
    report = answer(confirmed(lab, SCALING))
    assert report.prescription is None
    assert report.ending == "budget-too-small"


@pytest.mark.parametrize(
    ("treated", "reference", "said"),
    [
        (0.995, 0.2, "still no better than always giving the same answer (1)"),
        (0.5, 0.2, "There is more to gain: linear reaches 0.2."),
        (0.5, 0.45, "fresh repeats)."),
        (0.01, 0.001, "fresh repeats)."),
    ],
)
def test_a_repair_that_leaves_much_to_gain_says_so(treated, reference, said):
    lab = HandLab(lambda r, seed: (treated if r == SCALED else 2.0) * (1 + 0.001 * (seed % 3)))
    state = replace(confirmed(lab, SCALING), references=(Reference("linear", reference),))
    assert said in answer(state).answer
    assert ("more" in answer(state).answer) == (said != "fresh repeats).")


def test_a_gain_without_enough_pairs_is_called_probable_and_why():
    score = noisy((SCALED, 0.5))
    lab = HandLab(lambda r, seed: NO_TIME if seed >= FIRST_SEED + 3 else score(r, seed))
    report = answer(confirmed(lab, SCALING))
    assert report.ending == "suggestive"
    assert report.answer.startswith("Probably ")
    assert "not verified: only 3 paired runs" in report.answer


def test_a_repair_of_a_training_that_always_failed_gives_no_figure_for_it():
    lab = HandLab(lambda r, seed: 0.2 + seed * 1e-6 if r == SCALED else "non-finite loss")
    report = answer(confirmed(lab, SCALING))
    assert report.ending == "repaired"
    assert "your training, which failed, reaches" in report.answer
    assert report.prescription is not None
    assert math.isinf(report.prescription.baseline.median)


@pytest.mark.parametrize("factors", [(), ((SCALED, 0.98),), ((SCALED, 1.5),)])
def test_nothing_to_fix_counts_what_was_tried(factors):
    report = answer(screened(HandLab(noisy(*factors)), SCALING, LENGTH))
    assert report.ending == "nothing-to-fix"
    assert report.answer.startswith("Nothing to fix: none of 2 changes tried")
    assert report.prescription is None


def test_nothing_to_fix_says_so_where_no_cause_stands_out_and_names_the_noise_floor():
    floor = Finding("noise-floor", "observed", 0.1, reason="a boosted tree reaches the same")
    report = answer(screened(HandLab(noisy()), findings=(floor,)))
    assert report.answer == "Nothing to fix: no cause stands out. A boosted tree reaches the same."


def test_small_gains_are_headroom_and_no_fault():
    report = answer(screened(HandLab(noisy((LONGER, 0.97))), LENGTH))
    assert report.ending == "nothing-to-fix"
    (line,) = report.headroom
    assert re.match(r"more-epochs \(epochs 40\) lowered the held-out loss by [234]%", line)
    assert "below what counts as a fault" in line


def test_data_that_decide_everything_are_named_instead_of_the_model():
    leak = Finding("leakage", "observed", 0.9, reason="column 3 is the target")
    report = answer(screened(HandLab(noisy()), findings=(leak,)))
    assert report.ending == "data-must-change"
    assert report.answer == "The data must change, not the model: Column 3 is the target."


def test_without_a_baseline_or_a_screening_the_budget_was_too_small():
    nothing = Investigated(CASE, YARDSTICK, ROWS, Baseline((), ()), cut=("not one training fitted",))
    only_baseline = begun(HandLab(noisy()))
    for state in (nothing, only_baseline):
        report = answer(state)
        assert report.ending == "budget-too-small"
        assert report.answer.startswith("The budget was too small to tell: ")
    assert "not one training fitted" in answer(nothing).answer
    assert answer(nothing).baseline_held_out is None


def test_a_training_that_nothing_brings_to_run_failed_with_its_reason():
    report = answer(screened(HandLab(lambda r, seed: "non-finite loss"), SCALING))
    assert report.ending == "failed"
    assert "Every training of this recipe failed (non-finite loss)" in report.answer
    assert report.curves == ()


def test_what_was_cut_is_noted():
    state = replace(screened(HandLab(noisy()), SCALING), cut=("interrupted",))
    report = answer(state)
    assert report.ending == "budget-too-small"
    assert "interrupted" in report.notes


@pytest.mark.parametrize(
    ("factor", "phrase"), [(0.5, "5 of 5 fresh pairs: verified"), (1.5, "0 of 5 fresh pairs: worse"), (1.0, "no diff")]
)
def test_what_was_asked_about_is_answered_whatever_the_outcome(factor, phrase):
    lab = HandLab(noisy((LONGER, factor)))
    comparison = Comparison("more-epochs", CASE.recipe, LONGER, "asked")
    outcome = confirm(lab, (comparison,), min_gain=MIN_GAIN, overlap=0.0, progress=Silent(), fits=lambda runs: True)
    state = replace(screened(lab), confirmation=outcome, refused={"dropout": "nothing overfits"})
    report = answer(state)
    assert report.prescription is None
    first, second = report.asked
    assert phrase in first.answer
    assert first.answer.startswith("epochs 40: held-out mean squared error ")
    assert (second.remedy, second.answer) == ("dropout", "does not apply: nothing overfits")


def test_what_the_other_strengths_did_is_told():
    longest = replace(CASE.recipe, epochs=90)
    lab = HandLab(noisy((LONGER, 0.5), (longest, 1.5)))
    state = screened(lab)
    arms = [Arm(recipe, ("more-epochs",), setting=setting_of(CASE.recipe, recipe)) for recipe in (LONGER, longest)]
    results = screen(lab, state.baseline, arms)
    comparison = Comparison("more-epochs", CASE.recipe, LONGER, "asked")
    outcome = confirm(lab, (comparison,), min_gain=MIN_GAIN, overlap=0.0, progress=Silent(), fits=lambda runs: True)
    report = answer(replace(state, confirmation=outcome, strengths={"more-epochs": results}))
    seeds = len(state.baseline.seeds)
    assert report.asked[0].answer.endswith(f"On the screening seeds: epochs 90 worse in {seeds} of {seeds}")
    shown = {(arm.setting, arm.stage): arm.verdict for arm in report.arms}
    assert shown["epochs 90", "screened"] == "worse"
