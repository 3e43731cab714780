"""Whether a verdict can be believed: false repairs, coverage of the intervals, claimed against true gains, power.

python -m planted.validity [--short] [--out docs/validity.md]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from planted.decisions import (
    BEYOND,
    FAILING,
    HALF,
    HARMFUL,
    IDLE,
    MIN_GAIN,
    ONE,
    PAIRS,
    THREE,
    TWO,
    Decision,
    Elsewhere,
    Rate,
    Scenario,
    differences,
    inflation,
    measure,
    rate,
    tables,
    true_gain,
)
from planted.pools import COPIES, Pool

Decisions = Mapping[Scenario, Mapping[str, Sequence[Decision]]]

HEAD = """\
# Can a verdict be believed?

`make validity` writes this page (`python -m planted.validity --out docs/validity.md`; `--short` takes about two minutes
of one core, and `make test-slow` runs it). It feeds lossclinic's own decision procedure (`experiments/confirm.py`:
fresh pairs, looks after 5, 10 and 20, the conditions of “verified”) with trainings of which the truth is known.

"""
DESIGN = """\

## How it is measured

- **Real trainings.** {cases} healthy trainings of `planted/healthy.py`, each on {redraws} redraws of its rows, in
  {copies} copies: {trainings} trainings. The copies of a redraw share rows and split; initial weights, order of rows
  and dropout differ, as they do between the two runs of a pair with a remedy that changes nothing.
- **Drawn, not trained anew.** Every decision draws {pairs} redraws from the case's pool without replacement, and which
  copy plays the baseline and which the remedy: {repeats} decisions for each case and question, {decisions} in all. As
  the parts are drawn, nothing in the pool is better than anything else, exactly: the truth is known, not estimated.
  But decisions of one case share its trainings, so the intervals in brackets speak of the drawing; how far cases
  differ is in the column beside.
- **Effects are put there.** A remedy of true effect d lowers the score of its copy, on held-out and locked rows, so
  that the log gain grows by d standard deviations of the pairs of that case. The noise is that of real trainings, the
  size of the effect is exact, and it is the same on every redraw, which real remedies' effects are not.
- **Failures are put there** as well: a treated run fails with the probability that is given. A failed run counts as ten
  times the score of the best constant answer, so that a remedy that gains 20 % in nine runs of ten and fails in the
  tenth does harm on average, and verifying it is counted as false.
- Everything else is as in a run: `--min-gain` {min_gain}, the correction for few rows where there are fewer than 150,
  the locked rows' veto. What comes before confirmation (suspicion, screening) only chooses what is confirmed, on seeds
  that confirmation never sees; whole runs on healthy trainings are [measured on their own](accuracy.md).
"""
ELSEWHERE = """\

## Other rows

The interval of a report speaks of *your* rows: of other splits of them and other seeds. How well does it hold for the
same training on other rows from the same source? Tables of rows are drawn anew, {tables} for each source; on each, a
third of the learning rate is compared with the healthy one in {pairs} pairs, and the interval is asked whether it holds
the gain over all tables ({trainings} trainings).

| source | gain over all tables | 95 % interval of a run holds it | interval of `lossclinic compare` holds it |
|---|---|---|---|
"""
FEW = """
Why power is missing where it is: a gain below the smallest useful one is never verified, however sure it is, and on
few rows the interval is widened for the overlap of the training sets. Where a third as many rows are held out as are
trained on, an effect of d = 1 is then 1.6 standard errors with twenty pairs, and 1.7 with any number of them.
"""
MANY = "150 training rows or more"
"""Below, intervals are widened for the overlap of the redrawn splits."""
AFTER = """
`lossclinic compare` corrects its intervals for overlapping training sets (Nadeau and Bengio 2003) whatever the number
of rows, and is the one to ask where other rows matter; a run corrects them below 150 training rows.
"""


def render(pools: Sequence[Pool], decisions: Decisions, others: Sequence[Elsewhere], *, drawn: int) -> str:
    """The page.

    Args:
        pools: the trainings.
        decisions: by scenario and case.
        others: the coverage on other rows.
        drawn: how many tables were drawn from each source.
    """
    told = [HEAD, _bars(pools, decisions), _cases(pools, decisions)]
    counts = [len(found) for by_case in decisions.values() for found in by_case.values()]
    trainings = sum(pool.held_out.size for pool in pools)
    told.append(
        DESIGN.format(
            cases=len(pools),
            redraws=len(pools[0].held_out),
            copies=COPIES,
            trainings=f"{trainings:,}",
            pairs=PAIRS,
            repeats=counts[0],
            decisions=f"{sum(counts):,}",
            min_gain=f"{MIN_GAIN:.0%}",
        )
    )
    more = len(others) * drawn * 2 * PAIRS
    told.append(ELSEWHERE.format(tables=drawn, pairs=PAIRS, trainings=f"{more:,}"))
    told += [f"| {o.name} | {o.true:.0%} | {o.run} | {o.compared} |\n" for o in others]
    told.append(AFTER)
    return "".join(told)


def _only(decisions: Decisions, names: Sequence[str]) -> Decisions:
    return {scenario: {name: by_case[name] for name in names} for scenario, by_case in decisions.items()}


def _bars(pools: Sequence[Pool], decisions: Decisions) -> str:
    many = [pool.name for pool in pools if not pool.overlap]
    useful = [pool.name for pool in pools if not pool.overlap and true_gain(ONE, pool) > MIN_GAIN]
    lines = [
        "| asked | aim | measured | single cases | |\n",
        "|---|---|---|---|---|\n",
        *(_false(decisions, scenario, aim) for scenario, aim in ((IDLE, 5), (THREE, 5), (FAILING, 10), (HARMFUL, 10))),
        _coverage(decisions, "all cases"),
        _coverage(_only(decisions, many), MANY),
        *(_inflation(decisions, scenario) for scenario in (ONE, TWO)),
        _power(decisions, ONE, "all cases"),
        _power(_only(decisions, many), ONE, MANY),
        _power(_only(decisions, useful), ONE, f"{MANY} and d = 1 a gain above {MIN_GAIN:.0%}"),
        _power(decisions, BEYOND, "all cases"),
        _power(_only(decisions, many), BEYOND, MANY),
    ]
    return "".join(lines)


def _false(decisions: Decisions, scenario: Scenario, aim: int) -> str:
    measured = _rate(decisions, (scenario,), _verified)
    return _row(
        f"falsely verified: {scenario.title}",
        f"≤ {aim} %",
        str(measured),
        _span(decisions, (scenario,), _verified),
        measured.share <= aim / 100,
    )


def _coverage(decisions: Decisions, which: str) -> str:
    asked = (IDLE, HALF, ONE, TWO)
    measured = _rate(decisions, asked, _covered)
    title = f"95 % intervals that hold the true gain (d = 0, 0.5, 1 and 2 together), {which}"
    met = 0.93 <= measured.share <= 0.97
    return _row(title, "93 to 97 %", str(measured), _span(decisions, asked, _covered), met)


def _inflation(decisions: Decisions, scenario: Scenario) -> str:
    by_case = decisions[scenario]
    share = inflation(list(chain.from_iterable(by_case.values())))
    each = [value for found in by_case.values() if not math.isnan(value := inflation(found))]
    span = f"{min(each):.2f} to {max(each):.2f}" if each else ""
    title = f"claimed over true gain of what was verified, {scenario.title}"
    return _row(title, "0.9 to 1.1", f"{share:.2f}", span, 0.9 <= share <= 1.1)


def _power(decisions: Decisions, scenario: Scenario, which: str) -> str:
    measured = _rate(decisions, (scenario,), _verified)
    title = f"power: verified at {scenario.title}, {which}"
    return _row(title, "≥ 85 %", str(measured), _span(decisions, (scenario,), _verified), measured.share >= 0.85)


def _row(asked: str, aim: str, measured: str, span: str, met: bool) -> str:
    return f"| {asked} | {aim} | {measured} | {span} | {'met' if met else '**not met**'} |\n"


def _cases(pools: Sequence[Pool], decisions: Decisions) -> str:
    lines = [
        FEW,
        "\nBy case (the spread is the standard deviation of the pairs' log gains, and d = 1 is as much; ",
        f"only gains above {MIN_GAIN:.0%} can be verified):\n\n",
        "| case | spread of pairs | true gain at d = 1 | falsely verified | power | coverage | pairs |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for pool in pools:
        idle, one = decisions[IDLE][pool.name], decisions[ONE][pool.name]
        covered = list(chain.from_iterable(decisions[s][pool.name] for s in (IDLE, HALF, ONE, TWO)))
        pairs = sum(d.pairs for d in one) / len(one)
        lines.append(
            f"| {pool.name} | {float(differences(pool).std()):.2f} | {true_gain(ONE, pool):.0%} "
            f"| {rate([_verified(d) for d in idle]).share:.1%} | {rate([_verified(d) for d in one]).share:.0%} "
            f"| {rate([_covered(d) for d in covered]).share:.1%} | {pairs:.0f} |\n"
        )
    return "".join(lines)


def _verified(decision: Decision) -> bool:
    return decision.verified


def _covered(decision: Decision) -> bool:
    return decision.covered


def _rate(decisions: Decisions, scenarios: Sequence[Scenario], flag: Callable[[Decision], bool]) -> Rate:
    return rate([flag(d) for scenario in scenarios for found in decisions[scenario].values() for d in found])


def _span(decisions: Decisions, scenarios: Sequence[Scenario], flag: Callable[[Decision], bool]) -> str:
    """Lowest and highest of the cases."""
    names = decisions[IDLE]
    shares = [rate([flag(d) for scenario in scenarios for d in decisions[scenario][name]]).share for name in names]
    return f"{min(shares):.1%} to {max(shares):.1%}"


def main(argv: Sequence[str] | None = None) -> None:
    """Train, decide, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="three cases, few repeats: about two minutes of one core")
    parser.add_argument("--out", type=Path, help="the page; none is written without")
    parser.add_argument("--keep", type=Path, help="folder for the scores of the trainings, which are taken up again")
    given = parser.parse_args(argv)
    from lossclinic.engine.backend import prefer_jax

    prefer_jax()
    page = render(*measure(short=given.short, keep=given.keep), drawn=tables(given.short))
    if given.out:
        given.out.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
