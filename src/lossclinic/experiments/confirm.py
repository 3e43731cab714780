"""Confirmation on fresh seeds, paired with the baseline, looked at after 5, 10 and 20 pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lossclinic.core.lab import Lab
from lossclinic.core.progress import Progress
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Arm, Run, Trial, Verdict
from lossclinic.experiments.judge import LOOKS, compare, hopeless, judge, log_gains
from lossclinic.experiments.pick import WORTH, has_a_price

FIRST_SEED = 1000
FAMILIES = {"prescription": "repair", "rest": "repair", "part": "share", "asked": "asked"}


@dataclass(frozen=True)
class Comparison:
    """Two recipes to be compared on the same fresh seeds.

    Attributes:
        name: for people.
        before: without the change.
        after: with it.
        role: "prescription" (the whole repair against the user's recipe), "part" (the repair against itself without
            the remedy `name`), "rest" (the repair without the remedy `name` against the user's recipe) or "asked"
            (a remedy that the user wants to know about, alone).
        arm: what is prescribed if this is the repair that holds; None for parts and for what was asked.
    """

    name: str
    before: Recipe
    after: Recipe
    role: Literal["prescription", "part", "rest", "asked"] = "prescription"
    arm: Arm | None = None

    @property
    def locked(self) -> bool:
        """Whether the locked rows must agree: they are spent on what may be prescribed."""
        return self.role in ("prescription", "rest")


@dataclass(frozen=True, eq=False)
class Confirmation:
    """What confirmation came to.

    Attributes:
        comparisons: what was compared.
        verdicts: one for each comparison, in order.
        trials: recipe key → its trials, paired by position.
        cut_short: whether the budget ended before every comparison was settled.
        smaller: the chosen repair put to the same test, where it does without a remedy of the whole one and has
            several left; None otherwise.
    """

    comparisons: tuple[Comparison, ...]
    verdicts: tuple[Verdict, ...]
    trials: Mapping[str, tuple[Trial, ...]]
    cut_short: bool
    smaller: Confirmation | None = None

    @property
    def prescription(self) -> tuple[Comparison, Verdict] | None:
        """The repair that holds, with as few remedies as keep the gain; None where there was nothing to prescribe."""
        return self.chosen if self.smaller is None else self.smaller.prescription

    @property
    def chosen(self) -> tuple[Comparison, Verdict] | None:
        """The whole repair, or it without a remedy whose own share is not verified; None where there is none.

        What must be worth its price (`pick.has_a_price`) is left out, too, where it lowers the loss by little.
        """
        whole = next(((c, v) for c, v in self.judged if c.role == "prescription"), None)
        if whole is None:
            return None
        proven = {c.name for c, v in self.judged if c.role == "part" and v.verified and whole[1].verified}
        rests = [(c, v) for c, v in self.judged if c.role == "rest" and v.verified]
        best = max(((c, v) for c, v in rests if c.name not in proven), key=lambda pair: pair[1].median, default=whole)
        given = whole[0].arm.remedies if whole[0].arm else ()
        short = next(((c, v) for c, v in rests if has_a_price(c.name, given)), best)
        worth = 1 - (1 - best[1].median) / (1 - short[1].median)
        return best if worth >= WORTH else short

    @property
    def judged(self) -> tuple[tuple[Comparison, Verdict], ...]:
        """Comparisons with their verdicts."""
        return tuple(zip(self.comparisons, self.verdicts, strict=True))

    def share_within(self, remedy: str) -> Verdict | None:
        """The verdict on one remedy beside the others; None where it is not one of several."""
        return next((v for c, v in self.judged if c.role == "part" and c.name == remedy), None)

    def share_of(self, remedy: str) -> Verdict | None:
        """The verdict on one remedy: what leaving it out costs, or the whole repair where it is the only one."""
        chosen = self.chosen
        if chosen is not None and chosen[0].arm is not None and chosen[0].arm.remedies == (remedy,):
            return chosen[1]
        return self.share_within(remedy) or (chosen and chosen[1])


def confirm(
    lab: Lab,
    comparisons: tuple[Comparison, ...],
    *,
    min_gain: float,
    overlap: float,
    progress: Progress,
    fits: Callable[[int], bool],
) -> Confirmation:
    """Train pairs until every comparison is verified or hopeless, 20 pairs are there, or the time is up.

    Args:
        lab: trains.
        comparisons: what to compare.
        min_gain: smallest useful relative gain.
        overlap: see `judge.compare`.
        progress: told how many pairs are done.
        fits: whether that many more trainings fit into the budget.
    """
    recipes = {r.key: r for c in comparisons for r in (c.before, c.after)}
    trials: dict[str, tuple[Trial, ...]] = dict.fromkeys(recipes, ())
    verdicts: tuple[Verdict, ...] = ()
    cut_short = False
    for pairs, _ in LOOKS:
        done = min(len(t) for t in trials.values())
        if not fits((pairs - done) * len(recipes)) and done >= LOOKS[0][0]:
            cut_short = True
            break
        trials = extend(lab, comparisons, recipes, trials, pairs)
        divisors = shared([c.role for c in comparisons], [_p_value(c, trials, lab, overlap) for c in comparisons])
        verdicts = tuple(
            _verdict(c, trials, lab, divisor, min_gain, overlap)
            for c, divisor in zip(comparisons, divisors, strict=True)
        )
        complete = min(len(t) for t in trials.values())
        progress.best(f"{complete} fresh pairs: {verdicts[0].median:.0%} lower, better in {verdicts[0].p_better:.0%}")
        cut_short = complete < pairs
        if cut_short or all(v.verified or hopeless(v, min_gain) for v in verdicts):
            break
    return Confirmation(comparisons, verdicts, trials, cut_short)


def shared(roles: Sequence[str], p_values: Sequence[float]) -> list[float]:
    """What the level of each comparison is divided by, as comparisons of one family share it.

    What may be prescribed is one family. The shares of its remedies are asked only after it is verified (gatekeeping,
    Westfall and Krishen 2001), and what the user asked about is a question of its own. Within a family the surest
    comparison has the level over their number, the next over one less, and so on (Holm 1979): a comparison passes
    where all surer ones do.

    Args:
        roles: of the comparisons.
        p_values: of each for itself.
    """
    divisors = [1.0] * len(roles)
    for family in dict.fromkeys(FAMILIES[role] for role in roles):
        members = [at for at, role in enumerate(roles) if FAMILIES[role] == family]
        adjusted = 0.0
        for rank, at in enumerate(sorted(members, key=lambda at: p_values[at])):
            adjusted = max(adjusted, (len(members) - rank) * p_values[at])
            divisors[at] = adjusted / p_values[at] if p_values[at] else float(len(members) - rank)
    return divisors


def extend(
    lab: Lab,
    comparisons: tuple[Comparison, ...],
    recipes: Mapping[str, Recipe],
    trials: Mapping[str, tuple[Trial, ...]],
    pairs: int,
) -> dict[str, tuple[Trial, ...]]:
    """Train every recipe on the next seeds; a seed on which any recipe ran out of time is left out for all."""
    scored = {r.key for c in comparisons if c.locked for r in (c.before, c.after)}
    done = min(len(t) for t in trials.values())
    seeds = range(FIRST_SEED + done, FIRST_SEED + pairs)
    runs = [Run(recipe, seed, "confirm", locked=key in scored) for seed in seeds for key, recipe in recipes.items()]
    new = iter(lab.train(runs))
    result = {key: list(t[:done]) for key, t in trials.items()}
    for _ in seeds:
        row = {key: next(new) for key in recipes}
        if all(t.failed != NO_TIME for t in row.values()):
            for key, trial in row.items():
                result[key].append(trial)
    return {key: tuple(t) for key, t in result.items()}


def _p_value(comparison: Comparison, trials: Mapping[str, tuple[Trial, ...]], lab: Lab, overlap: float) -> float:
    """Of the comparison for itself; 1 without a pair."""
    before, after = trials[comparison.before.key], trials[comparison.after.key]
    return compare(log_gains(before, after, lab.yardstick), overlap).p_value if before else 1.0


def _verdict(
    comparison: Comparison,
    trials: Mapping[str, tuple[Trial, ...]],
    lab: Lab,
    divisor: float,
    min_gain: float,
    overlap: float,
) -> Verdict:
    before, after = trials[comparison.before.key], trials[comparison.after.key]
    if not before:
        return Verdict(comparison.name, 0.0, 0.0, 0.0, 0.0, 1.0, 0, why_not="no paired run fitted into the budget")
    return judge(
        comparison.name,
        before,
        after,
        lab.yardstick,
        comparisons=divisor,
        min_gain=min_gain,
        overlap=overlap,
        locked=comparison.locked,
    )
