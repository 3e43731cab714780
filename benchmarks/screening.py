"""Which way of screening finds the best change for the fewest steps?

    python -m benchmarks.screening [--quick] [--folder FOLDER] [--out docs/screening.md]

Every change that the screening of a case would try is trained at full length on many seeds, once. The ways of
screening are then compared by replaying them on these records, so that the table depends on no clock. Trials are kept
in FOLDER (default: in lossclinic's cache); an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np

from benchmarks.replay import FULL, HALVINGS, ONE_EPOCH, SEEDS, WAYS, Curve, Outcome, Record, Tried, log_score, replayed
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Evidence
from lossclinic.core.gain import capped
from lossclinic.core.lab import Lab
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Arm, Run, Trial, choose_epoch
from lossclinic.core.yardstick import Yardstick, yardstick_of
from lossclinic.engine.backend import cache_folder, use_jax
from lossclinic.engine.pool import Pool
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.store import NAME, Store, scope_of
from lossclinic.experiments.design import design_arms, examine_all
from lossclinic.experiments.screen import train_baseline

PLANTED = (
    ("unscaled-inputs", "wine in its own units"),
    ("unscaled-targets", "a wave far above zero"),
    ("weak-optimizer", "powers of one number, plain SGD"),
    ("over-regularised", "tumours under L1 of 0.1"),
    ("too-little-capacity", "digits through three units"),
    ("constant-initialisation", "half moons from zeros"),
    ("class-imbalance", "7 % eights"),
    ("too-few-epochs", "iris for 2 epochs"),
    ("learning-rate-too-high", "Friedman at 0.5"),
    ("noise-floor", "diabetes, penalised"),
)
"""(cause, planted case or near miss): numbers, two classes, many classes, rare classes; easy and hopeless ones."""
EXAMPLES = ("deep_sigmoid", "wide_dropout")
POOL, FRESH = 15, 25
"""Seeds to screen with, and fresh seeds that tell which change is the best."""
SHARE = 0.0005
"""Share of the time that a training takes in a two-minute run of such cases: all evidence is measured."""
WANTED_FEWER, WANTED_REGRET = 3.0, 0.5


def curve_of(run: Run, trial: Trial) -> Curve:
    """What would have been kept, had the training been ended after each recorded epoch."""
    if trial.failed or not trial.epochs:
        return Curve(np.array([run.recipe.epochs]), np.array([math.inf]))
    kept = [
        choose_epoch(run.recipe.stop, trial.train_loss[:count], trial.val_loss[:count])
        for count in range(1, len(trial.epochs) + 1)
    ]
    return Curve(np.array(trial.epochs), np.array(trial.held_out_score)[kept])


def record(name: str, case: Case, pool_seeds: int, fresh_seeds: int, folder: Path) -> Record:
    """Train everything that screening would try on a case."""
    plan = Plan()
    yardstick = yardstick_of(case, plan)
    with (
        closing(Store(folder / NAME, scope_of(case, plan.seed, yardstick))) as store,
        Pool(case, plan, yardstick, workers=2, store=store) as lab,
    ):
        arms = _arms(case, plan, lab)
        screened = [Run(arm.recipe, seed) for arm in arms for seed in range(pool_seeds)]
        fresh = [Run(arm.recipe, seed, "confirm") for arm in arms for seed in range(fresh_seeds)]
        curves = [curve_of(run, trial) for run, trial in zip(screened, lab.train(screened), strict=True)]
        finals = lab.train(fresh)
    tried = []
    for index, arm in enumerate(arms):
        batches = math.ceil(len(prepare_run(case, plan, Run(arm.recipe, 0)).train) / arm.recipe.batch_size)
        told = finals[index * fresh_seeds : (index + 1) * fresh_seeds]
        merit = float(np.mean([log_score(trial.held_out, yardstick.trivial) for trial in told]))
        mine = tuple(curves[index * pool_seeds : (index + 1) * pool_seeds])
        label = f"{arm.name} ({arm.setting})" if arm.setting else arm.name
        tried.append(Tried(label, arm.recipe.epochs, batches, mine, merit, _points(told, yardstick)))
    return Record(name, yardstick.trivial, tuple(tried))


def _arms(case: Case, plan: Plan, lab: Lab) -> list[Arm]:
    """The user's own recipe and every single change that some finding asks for, as the first screening has them."""
    evidence = Evidence({"case": case, "recipe": case.recipe, "plan": plan, "lab": lab})
    baseline = train_baseline(lab, case.recipe, range(SEEDS))
    evidence = evidence.changed(baseline=type(baseline)(baseline.trials, baseline.seeds, SHARE))
    own = Arm(case.recipe)
    return [own, *design_arms(examine_all(evidence), own, evidence).arms]


def _points(trials: Sequence[Trial], yardstick: Yardstick) -> float:
    if yardstick.task.kind == "regression":
        return 100 * float(np.mean([capped(t.held_out, yardstick.trivial) for t in trials])) / yardstick.trivial
    return 100 * float(np.mean([1.0 if t.failed else 1 - t.held_out_agreement[t.chosen] for t in trials]))


def cases(folder: Path, *, quick: bool) -> Iterator[tuple[str, Case, Path]]:
    """(name, case, its folder) of the committed set."""
    from planted.measure import all_cases

    from lossclinic.intake.model import capture_model
    from lossclinic.intake.script import capture_script

    by_name = {(case.cause, case.name): case for _, case in all_cases()}
    for cause, name in PLANTED[:2] if quick else PLANTED:
        place = folder / cause
        material = by_name[cause, name].make(0)
        fit = {key: value for key, value in material.fit.items() if key != "verbose"}
        yield name, capture_model(material.model, material.x, material.y, **fit, folder=place / "case"), place
    for example in () if quick else EXAMPLES:
        place = folder / example
        script = Path(__file__).parents[1] / "examples" / f"{example}.py"
        captured = capture_script(script, place / "cases", arguments=(), skip_training=True)
        yield f"examples/{example}.py", captured.cases[0], place


def table(*, quick: bool = False, folder: Path | None = None) -> str:
    """The comparison as Markdown."""
    use_jax()
    folder = folder or cache_folder() / "screening"
    seeds = (8, 8) if quick else (POOL, FRESH)
    records: list[Record] = []
    for name, case, place in cases(folder, quick=quick):
        place.mkdir(parents=True, exist_ok=True)
        records.append(record(name, case, *seeds, place))
        print(f"{name}: {len(records[-1].tried)} changes", file=sys.stderr, flush=True)
    outcomes = [[replayed(made, count, way) for _, count, way in WAYS] for made in records]
    return "\n\n".join((_summary(outcomes), _each(records, outcomes), _answer(outcomes)))


def _summary(outcomes: Sequence[Sequence[Outcome]]) -> str:
    lines = [
        "| way of screening | steps, full length on 5 seeds = 100 | where each training starts again "
        "| regret, points | in one draw of 20, worst case | regret, % of the loss |",
        "|---|---|---|---|---|---|",
    ]
    for index, (name, _, _) in enumerate(WAYS):
        mine = [row[index] for row in outcomes]
        steps = 100 * _mean_ratio([(m.steps, row[FULL].steps) for m, row in zip(mine, outcomes, strict=True)])
        anew = 100 * _mean_ratio([(m.anew, row[FULL].steps) for m, row in zip(mine, outcomes, strict=True)])
        regret, lost = np.mean([m.regret for m in mine]), np.mean([m.log_regret for m in mine])
        worst = max(m.worst for m in mine)
        lines.append(f"| {name} | {steps:.0f} | {anew:.0f} | {regret:.2f} | {worst:.1f} | {lost:.1f} |")
    return "\n".join(lines)


def _each(records: Sequence[Record], outcomes: Sequence[Sequence[Outcome]]) -> str:
    heads = ["case", "changes", *(name for name, _, _ in WAYS)]
    lines = ["Regret in points (and % of the loss), case by case:", ""]
    lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for made, row in zip(records, outcomes, strict=True):
        cells = [f"{o.regret:.2f} ({o.log_regret:.1f})" for o in row]
        lines.append(f"| {made.name} | {len(made.tried) - 1} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _answer(outcomes: Sequence[Sequence[Outcome]]) -> str:
    """Whether successive halving over epochs is worth having, by the bar that was set beforehand."""
    lines = [
        f"The bar for successive halving over epochs: {WANTED_FEWER:.0f} times fewer steps than both of the simpler "
        f"ways, at a mean regret of at most {WANTED_REGRET} points.",
        "",
    ]
    for index in HALVINGS:
        regret = float(np.mean([row[index].regret for row in outcomes]))
        fewer = {
            WAYS[other][0]: _mean_ratio([(row[other].steps, row[index].steps) for row in outcomes])
            for other in (FULL, ONE_EPOCH)
        }
        passed = min(fewer.values()) >= WANTED_FEWER and regret <= WANTED_REGRET
        told = ", ".join(f"{ratio:.1f} times fewer steps than {name}" for name, ratio in fewer.items())
        lines.append(f"- {WAYS[index][0]}: {told}; regret {regret:.2f} points: **{'met' if passed else 'not met'}**.")
    return "\n".join(lines)


def _mean_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """Geometric mean of the ratios, so that no case counts more for being longer."""
    return math.exp(float(np.mean([math.log(a / b) for a, b in pairs])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two cases on few seeds")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    text = table(quick=arguments.quick, folder=arguments.folder)
    if arguments.out is None:
        print(text)
    else:
        told = arguments.out.read_text(encoding="utf-8") if arguments.out.exists() else MARK
        arguments.out.write_text(told.partition(MARK)[0] + f"{MARK}\n\n{text}\n", encoding="utf-8")


MARK = "<!-- made by `python -m benchmarks.screening --out docs/screening.md` -->"

if __name__ == "__main__":
    main()
