"""Decisions whose truth is known, by the thousand, fed from pools of real trainings.

The decisions are lossclinic's own (`experiments.confirm`), the trainings are real (`planted.pools`), and what is true
is known: in a pool of copies nothing helps, and a remedy that helps lowers the score of its copy by a known factor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.gain import as_gain, log_gain, lowered
from lossclinic.core.progress import Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.trial import Arm, Run, Trial, Verdict
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.confirm import FIRST_SEED, Comparison, confirm
from lossclinic.experiments.judge import LOOKS, compare
from planted.case import Array
from planted.healthy import FRIEDMAN, HEALTHY, LINE, MOONS, WAVE, XOR, Training
from planted.pools import COPIES, Pool, fill, other_rows

MIN_GAIN = 0.05
PAIRS = LOOKS[-1][0]
WORKING_GAIN = 0.2
"""What the remedy gains where it runs that fails in the tenth: a failure costs more than nine such gains."""
SOURCES = {"half moons": MOONS, "XOR": XOR, "Friedman": FRIEDMAN, "wave": WAVE, "noisy line": LINE}
"""Healthy trainings whose tables can be drawn anew as often as one likes."""


@dataclass(frozen=True)
class Scenario:
    """What is done to the copies, and what is asked of the decisions.

    Attributes:
        title: for people.
        effect: true gain of the remedy in standard deviations of the pairs' log gains.
        beyond: whether these count from the smallest useful gain on, which is what a verdict asks about.
        gain: true relative gain where it runs, instead of `effect`.
        failing: share of its runs that fail.
        remedies: how many the repair consists of; none of them helps where there are three.
    """

    title: str
    effect: float = 0.0
    beyond: bool = False
    gain: float = 0.0
    failing: float = 0.0
    remedies: int = 1


IDLE = Scenario("a remedy that changes nothing")
THREE = Scenario("three that change nothing, composed", remedies=3)
FAILING = Scenario("one that changes nothing and fails in one run of ten", failing=0.1)
HARMFUL = Scenario("one that gains 20 % in nine runs of ten and fails in the tenth", gain=WORKING_GAIN, failing=0.1)
HALF, ONE, TWO = (Scenario(f"a true effect of d = {d:g}", effect=d) for d in (0.5, 1.0, 2.0))
BEYOND = Scenario("a true effect of d = 1 beyond the smallest useful gain", effect=1.0, beyond=True)
SCENARIOS = (IDLE, THREE, FAILING, HARMFUL, HALF, ONE, TWO, BEYOND)


@dataclass(frozen=True)
class Decision:
    """One confirmation whose truth is known.

    Attributes:
        verified: whether a repair was verified.
        claimed: its gain.
        low: lower end of the 95 % interval.
        high: upper end.
        true: the true gain.
        pairs: that were trained.
    """

    verified: bool
    claimed: float
    low: float
    high: float
    true: float
    pairs: int

    @property
    def covered(self) -> bool:
        """Whether the interval holds the true gain."""
        return self.low <= self.true <= self.high


class Drawn:
    """A lab (`core.lab.Lab`) whose trainings are drawn from a pool, without replacement."""

    def __init__(
        self, pool: Pool, recipes: Sequence[Recipe], effect: float, failing: float, rng: np.random.Generator
    ) -> None:
        """Draw which redraws are used, and which copy plays which part.

        Args:
            pool: the trainings.
            recipes: the parts, the user's own first; what they say is never trained.
            effect: true log gain of the others where they do not fail.
            failing: share of their runs that fail.
            rng: draws.
        """
        self._pool, self._effect, self._failing, self._rng = pool, effect, failing, rng
        self._part = {recipe.key: part for part, recipe in enumerate(recipes)}
        self._redraws = rng.permutation(len(pool.held_out))[:PAIRS]
        self._copies = rng.permuted(np.tile(np.arange(COPIES), (PAIRS, 1)), axis=1)
        self.yardstick = Yardstick("log-loss", Task("regression", 1), trivial=pool.trivial)

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        """The trials of these runs."""
        return tuple(self._trial(run) for run in runs)

    def _trial(self, run: Run) -> Trial:
        part, pair = self._part[run.recipe.key], run.seed - FIRST_SEED
        at = self._redraws[pair], self._copies[pair, part]
        failed = "non-finite loss" if part and self._rng.random() < self._failing else ""
        held_out, locked = (
            lowered(float(scores[at]), self._effect if part else 0.0, self._pool.trivial)
            for scores in (self._pool.held_out, self._pool.locked)
        )
        nothing = (math.nan,)
        return Trial("", (1,), nothing, nothing, nothing, (held_out,), nothing, 0, locked, failed)


def differences(pool: Pool) -> Array:
    """Log gains of all ordered pairs of copies, shape (redraws, pairs): their mean is zero."""
    # The best constant answer cancels out of the pairs.
    logs = np.array([[log_gain(pool.trivial, score, pool.trivial) for score in row] for row in pool.held_out])
    pairs = [(a, b) for a in range(COPIES) for b in range(COPIES) if a != b]
    return np.stack([logs[:, b] - logs[:, a] for a, b in pairs], axis=1)


def log_effect(scenario: Scenario, pool: Pool) -> float:
    """The true log gain where a treated run does not fail."""
    if scenario.gain:
        return -math.log(1 - scenario.gain)
    least = -math.log(1 - MIN_GAIN) if scenario.beyond else 0.0
    return least + scenario.effect * float(np.std(differences(pool)))


def true_gain(scenario: Scenario, pool: Pool) -> float:
    """The true gain over the pool, failures included."""
    fails = float(np.mean([log_gain(score, math.inf, pool.trivial) for score in pool.held_out.ravel()]))
    return as_gain((1 - scenario.failing) * log_effect(scenario, pool) + scenario.failing * fails)


def decide(lab: Drawn, comparisons: tuple[Comparison, ...], overlap: float, true: float) -> Decision:
    """Confirm a repair of copies as lossclinic confirms its own."""
    found = confirm(
        lab,  # type: ignore[arg-type]
        comparisons,
        min_gain=MIN_GAIN,
        overlap=overlap,
        progress=Silent(),
        fits=lambda _: True,
    )
    assert found.prescription is not None
    verdict: Verdict = found.prescription[1]
    return Decision(verdict.verified, verdict.median, verdict.low, verdict.high, true, verdict.pairs)


def comparisons_of(recipes: Sequence[Recipe], remedies: int) -> tuple[Comparison, ...]:
    """The repair against the first recipe, and what leaving out each of its remedies does."""
    base, whole, *rests = recipes
    names = tuple(f"remedy {number + 1}" for number in range(remedies))
    comparisons = [Comparison(" + ".join(names), base, whole, arm=Arm(whole, names))]
    for name, rest in zip(names, rests if remedies > 1 else (), strict=False):
        comparisons.append(Comparison(name, rest, whole, "part"))
        arm = Arm(rest, tuple(other for other in names if other != name))
        comparisons.append(Comparison(name, base, rest, "rest", arm))
    return tuple(comparisons)


def labels() -> list[Recipe]:
    """A recipe for each part; they differ, and nothing else matters."""
    plain = Recipe(
        model={"class_name": "Sequential", "config": {"layers": []}},
        loss={"class_name": "MeanSquaredError", "config": {}},
        optimizer={"class_name": "SGD", "config": {}},
        epochs=1,
    )
    return [replace(plain, epochs=1 + part) for part in range(COPIES)]


@dataclass(frozen=True)
class Rate:
    """A share that was measured, with its 95 % interval (Wilson 1927)."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share; NaN of nothing."""
        return self.hits / self.of if self.of else math.nan

    def __str__(self) -> str:
        if not self.of:
            return "none"
        z, n, p = 1.96, self.of, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return f"{100 * p:.1f} % ({100 * max(middle - half, 0):.1f} to {100 * min(middle + half, 1):.1f})"


def rate(flags: Sequence[bool]) -> Rate:
    """How many of them hold."""
    return Rate(sum(flags), len(flags))


def inflation(decisions: Sequence[Decision]) -> float:
    """Mean claimed gain of the verified repairs over their mean true gain; NaN where none was verified."""
    verified = [d for d in decisions if d.verified]
    return float(np.mean([d.claimed for d in verified]) / np.mean([d.true for d in verified])) if verified else math.nan


def decide_all(pools: Sequence[Pool], repeats: int, seed: int = 0) -> dict[Scenario, dict[str, list[Decision]]]:
    """So many decisions on every pool in every scenario."""
    recipes, rng = labels(), np.random.default_rng(seed)
    told: dict[Scenario, dict[str, list[Decision]]] = {scenario: {} for scenario in SCENARIOS}
    for scenario in SCENARIOS:
        comparisons = comparisons_of(recipes, scenario.remedies)
        for pool in pools:
            true, effect = true_gain(scenario, pool), log_effect(scenario, pool)
            told[scenario][pool.name] = [
                decide(Drawn(pool, recipes, effect, scenario.failing, rng), comparisons, pool.overlap, true)
                for _ in range(repeats)
            ]
    return told


@dataclass(frozen=True)
class Elsewhere:
    """Coverage where every table of rows is drawn anew.

    Attributes:
        name: of the source.
        run: of the interval that a run reports.
        compared: of the interval of `lossclinic compare`.
        true: the true gain, over all tables.
    """

    name: str
    run: Rate
    compared: Rate
    true: float


def elsewhere(name: str, training: Training, tables: int, keep: Path | None) -> Elsewhere:
    """How often the intervals of one table hold the gain over all tables from the same source."""
    gains, *corrections = other_rows(name, training, slower, tables, PAIRS, keep)
    true = as_gain(float(gains.mean()))
    held: list[list[bool]] = []
    for correction in corrections:
        found = [compare(row, correction) for row in gains]
        held.append([pairs.low <= true <= pairs.high for pairs in found])
    return Elsewhere(name, rate(held[0]), rate(held[1]), true)


def slower(recipe: Any) -> Any:
    """The same with a third of the learning rate."""
    return recipe.with_learning_rate(recipe.learning_rate / 3)


def tables(short: bool) -> int:
    """Tables that are drawn from each source."""
    return 20 if short else 25


def measure(
    *, short: bool, keep: Path | None = None, say: Callable[[str], None] = lambda text: print(text, flush=True)
) -> tuple[list[Pool], dict[Scenario, dict[str, list[Decision]]], list[Elsewhere]]:
    """Everything that the page needs."""
    names = ("noisy line", "half moons", "iris") if short else tuple(HEALTHY)
    pools: list[Pool] = []
    for name in names:
        pools.append(fill(name, HEALTHY[name], 60 if short else 240, keep))
        say(f"{name}: {pools[-1].held_out.size} trainings")
    others: list[Elsewhere] = []
    drawn = tables(short)
    for name, training in ({"noisy line": LINE} if short else SOURCES).items():
        others.append(elsewhere(name, training, drawn, keep))
        say(f"{name}: {others[-1]}")
    return pools, decide_all(pools, 100 if short else 300), others
