"""The search: points are asked in batches that share compiled programs, trained together, and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lossclinic.core.lab import Lab, Limit
from lossclinic.core.progress import Progress
from lossclinic.core.trial import NO_TIME, Run
from lossclinic.tuning.sampling import Sampler, Told
from lossclinic.tuning.score import ETA, Rungs, race, score
from lossclinic.tuning.space import Space

STRUCTURES = 2
"""Structures in a batch: as many as there are workers by default, whatever their number, so that it decides nothing."""
MOST_SIBLINGS = 4
"""Points that share one structure in a batch, at most: beyond that a method learns too little between its batches."""
COUNTED_SIBLINGS = 2
"""The same where points are counted, not time: then no clock may decide anything."""
RACERS = ETA**2
"""Points in a batch, at least, where two in three are given up twice."""


@dataclass(frozen=True)
class Pace:
    """What trainings of the script's own recipe cost, in seconds on one worker.

    Attributes:
        each: one training of the search, compiled before.
        compiling: the first one of a structure, beyond that.
    """

    each: float
    compiling: float

    def siblings(self, seeds: int) -> int:
        """How many points of one structure take as long as compiling it."""
        if self.each <= 0:
            return MOST_SIBLINGS
        return min(max(round(self.compiling / (self.each * seeds)), 1), MOST_SIBLINGS)


def first(lab: Lab, space: Space, sampler: Sampler, seeds: int, workers: int) -> Pace | None:
    """Train the script's own settings: they are a point like any other, and tell what trainings cost.

    Returns:
        None where there was no time for them.
    """
    recipe = space.recipe_at(space.now)
    # One more than the workers: at least one of them trains what it has compiled.
    trials = lab.train([Run(recipe, seed) for seed in range(max(seeds, workers + 1))])
    if any(trial.failed == NO_TIME for trial in trials):
        return None
    if not any(told.point == space.now for told in sampler.told):
        sampler.tell(score(lab, space, [sampler.take(space.now)], seeds))
    each = min(trial.seconds for trial in trials)
    return Pace(each, max(trial.seconds for trial in trials) - each)


def search(
    lab: Lab,
    space: Space,
    sampler: Sampler,
    pace: Pace,
    *,
    seeds: int,
    rungs: Rungs,
    points: int | None,
    until: Callable[[Told | None], Limit],
    progress: Progress,
) -> None:
    """Ask, train and tell until the limit, or until there are enough points.

    Args:
        lab: trains.
        space: what may be turned.
        sampler: asks, and remembers what it was told.
        pace: what trainings cost.
        seeds: draws that a point is scored on.
        rungs: when points are given up.
        points: how many there shall be in all; None: as many as fit.
        until: how far a search may go with this best point: what comes after it takes longer, the longer that trains.
        progress: told the best so far.
    """
    siblings = pace.siblings(seeds) if points is None else COUNTED_SIBLINGS
    batch = 0
    while points is None or len(sampler.told) < points:
        lab.limit(until(best_of(sampler.told)))
        epochs = rungs.epochs(space.epochs, batch)
        wanted = max(STRUCTURES * siblings, RACERS if epochs else 1)
        if points is not None:
            wanted = min(wanted, points - len(sampler.told))
        asked = sampler.ask(wanted, siblings)
        if not asked:
            return
        results = race(lab, space, asked, seeds, epochs)
        sampler.tell(results)
        progress.best(_so_far(space, sampler.told, lab.yardstick.name))
        if any(told.value is None for told in results):
            return
        batch += 1


def best_of(told: Sequence[Told]) -> Told | None:
    """The best point that was trained to its end; None where none was."""
    return min((each for each in told if each.counts), key=lambda each: (each.value, each.number), default=None)


def _so_far(space: Space, told: Sequence[Told], yardstick: str) -> str:
    best = best_of(told)
    if best is None or best.value is None:
        return f"none of {len(told)} settings could be trained"
    named = ", ".join(f"{name} {value}" for name, value in space.settings(best.point).items())
    return f"{yardstick} {best.value:.4g} of {len(told)} settings: {named}"
