"""Ways of screening, replayed on trainings that were done at full length: what each would have cost and lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lossclinic.core.gain import MATERIAL, capped
from lossclinic.experiments.screen import FEWEST_KEPT, KEPT_SHARE

Array = np.ndarray
DRAWS = 200
"""Each way of screening is replayed with so many random choices of its seeds."""
SEEDS = 5
TOP = 4


@dataclass(frozen=True, eq=False)
class Curve:
    """One training, as if it could have been ended after any recorded epoch.

    Attributes:
        epochs: recorded epochs (1-based), ascending.
        scores: yardstick of what would have been kept after each of them; one infinite value for a failed training.
    """

    epochs: Array
    scores: Array

    def after(self, epochs: int) -> float:
        """The score after so many epochs, or after the last one that was trained."""
        return float(self.scores[max(int(np.searchsorted(self.epochs, epochs, "right")) - 1, 0)])


@dataclass(frozen=True, eq=False)
class Tried:
    """One change (or none) on all seeds.

    Attributes:
        name: for people.
        epochs: its full length.
        batches: steps of one epoch.
        pool: curves on the seeds to screen with.
        merit: mean over fresh seeds of the log score at full length, lower is better.
        points: the same in points that a user would quote: per cent of rows classified wrongly, or, for numbers, per
            cent of the variance left unexplained.
    """

    name: str
    epochs: int
    batches: int
    pool: tuple[Curve, ...]
    merit: float
    points: float


@dataclass(frozen=True, eq=False)
class Record:
    """All there is to know about one case; the first of `tried` is the user's own recipe."""

    name: str
    trivial: float
    tried: tuple[Tried, ...]


class Replay:
    """One screening, replayed: answers what was trained, and counts the steps."""

    def __init__(self, record: Record, seeds: Sequence[int]) -> None:
        self.record, self.seeds = record, seeds
        self.steps = self.anew = 0
        self._trained: dict[tuple[int, int], int] = {}

    def score(self, arm: int, seeds: Sequence[int], epochs: int) -> float:
        """Mean log score of a change after so many epochs on some seeds; lower is better.

        Trainings go on from where they were left; `anew` counts the steps where each starts again instead.
        """
        tried = self.record.tried[arm]
        for seed in seeds:
            wanted = min(epochs, int(tried.pool[seed].epochs[-1]))
            before = self._trained.get((arm, seed), 0)
            if wanted > before:
                self.steps += (wanted - before) * tried.batches
                self.anew += wanted * tried.batches
                self._trained[arm, seed] = wanted
        return float(np.mean([log_score(tried.pool[seed].after(epochs), self.record.trivial) for seed in seeds]))

    def best(self, arms: Sequence[int], count: int, seeds: Sequence[int], length: Callable[[int], int]) -> list[int]:
        """The best few of some changes, each after `length(its full length)` epochs."""
        scores = {arm: self.score(arm, seeds, length(self.record.tried[arm].epochs)) for arm in arms}
        return sorted(arms, key=scores.__getitem__)[:count]


Way = Callable[[Replay], int]


def full(replay: Replay) -> int:
    """Every change at full length on every seed."""
    return replay.best(_all(replay), 1, replay.seeds, _whole)[0]


def one_epoch(replay: Replay) -> int:
    """Every change for one epoch; the top few at full length."""
    kept = replay.best(_all(replay), TOP, replay.seeds, lambda _: 1)
    return replay.best(kept, 1, replay.seeds, _whole)[0]


def halving_epochs(eta: int) -> Way:
    """Successive halving: a short share of each change's own length, the best 1/eta on with eta times as much."""

    def way(replay: Replay) -> int:
        arms = _all(replay)
        rungs = int(math.log(len(arms), eta) + 1e-9)
        for rung in range(rungs, 0, -1):
            share = float(eta) ** -rung
            keep = math.ceil(len(arms) / eta)
            arms = replay.best(arms, keep, replay.seeds, lambda epochs, share=share: math.ceil(share * epochs))
        return replay.best(arms, 1, replay.seeds, _whole)[0]

    return way


def halving_both(eta: int) -> Way:
    """Successive halving over epochs in which the number of seeds grows with the share of the length."""

    def way(replay: Replay) -> int:
        arms = _all(replay)
        for rung in range(int(math.log(len(arms), eta) + 1e-9), 0, -1):
            share = float(eta) ** -rung
            seeds = replay.seeds[: math.ceil(share * len(replay.seeds))]
            keep = math.ceil(len(arms) / eta)
            arms = replay.best(arms, keep, seeds, lambda epochs, share=share: math.ceil(share * epochs))
        return replay.best(arms, 1, replay.seeds, _whole)[0]

    return way


def halving_seeds(first: int) -> Way:
    """What lossclinic does: every change at full length on the first seeds, the better half on all (`screen.py`)."""

    def way(replay: Replay) -> int:
        arms = _all(replay)
        keep = max(FEWEST_KEPT, math.ceil(KEPT_SHARE * len(arms)))
        kept = replay.best(arms, keep, replay.seeds[:first], _whole)
        return replay.best(kept, 1, replay.seeds, _whole)[0]

    return way


WAYS: tuple[tuple[str, int, Way], ...] = (
    ("full length, 12 seeds", 12, full),
    ("full length, 5 seeds", SEEDS, full),
    (f"one epoch, top {TOP} at full length", SEEDS, one_epoch),
    ("halving over epochs, eta 2", SEEDS, halving_epochs(2)),
    ("halving over epochs, eta 3", SEEDS, halving_epochs(3)),
    ("halving over epochs and seeds, eta 2", SEEDS, halving_both(2)),
    ("halving over epochs and seeds, eta 3", SEEDS, halving_both(3)),
    ("halving over seeds, 1 then 5", SEEDS, halving_seeds(1)),
    ("halving over seeds, 5 then 12", 12, halving_seeds(5)),
)
"""(name, seeds, way); the last two are what lossclinic does for longer and for short trainings."""
FULL, ONE_EPOCH, HALVINGS = 1, 2, (3, 4, 5, 6)


@dataclass(frozen=True)
class Outcome:
    """One way of screening on one case, over all draws of its seeds.

    Attributes:
        steps: mean number of steps.
        anew: the same where every training starts again.
        log_regret: mean of how much lower the best change's loss is, in per cent.
        regret: the same in points.
        worst: the regret in points that one draw in twenty exceeds.
    """

    steps: float
    anew: float
    log_regret: float
    regret: float
    worst: float


def replayed(record: Record, seeds: int, way: Way) -> Outcome:
    """Replay one way of screening with many draws of its seeds."""
    rng = np.random.default_rng(0)
    available = len(record.tried[0].pool)
    best = min(record.tried, key=lambda tried: tried.merit)
    rows: list[tuple[float, ...]] = []
    for _ in range(DRAWS):
        replay = Replay(record, rng.permutation(available)[: min(seeds, available)].tolist())
        chosen = record.tried[way(replay)]
        lost = 100 * (1 - math.exp(best.merit - chosen.merit))
        rows.append((replay.steps, replay.anew, lost, chosen.points - best.points))
    steps, anew, lost, regret = np.mean(rows, axis=0).tolist()
    return Outcome(steps, anew, lost, regret, float(np.quantile([row[3] for row in rows], 0.95)))


def _all(replay: Replay) -> list[int]:
    return list(range(len(replay.record.tried)))


def _whole(epochs: int) -> int:
    return epochs


def log_score(score: float, trivial: float) -> float:
    """The log of a score as `core.gain.log_gain` compares it."""
    return math.log(capped(score, trivial) + MATERIAL * trivial)
