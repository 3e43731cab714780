"""The pre-flight tests: what a careful person tries before training in earnest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from lossclinic.core.gain import capped
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.preflight import Check, Preflight
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Control, Run, Trial

WIDE_START = 2.0
"""A fresh network's score should lie near the constant answer's; twice that is a bad beginning."""
KNOWN_BY_HEART = 0.5
"""One batch, trained on alone, should lose at least half of the constant answer's score."""
USES_INPUTS = 0.95
"""A network that learns from its inputs is below this share of its score without them."""
NO_BETTER = 0.98
"""With permuted targets nothing can be learnt, so a score clearly below the constant answer's is a leak."""
MIXED = 1e-3
"""Changes below this share of the outputs' deviation are rounding."""
MODES_APART = 1.5
"""In training mode the score may be so many times worse than in inference mode: dropout costs something."""
MATERIAL = 0.05
"""Differences below this share of the constant answer's score are none."""
EXPLODED = 4.0
"""A loss of so many times its first value has exploded."""
REASON = "it was not measured: the training can only run inside its script, or there was no time"


@dataclass(frozen=True)
class PreflightTests:
    """The tests with what they rest on.

    Attributes:
        checks: one for each test, in the order in which a person would make them; () where none was made.
        measured: the measurements on one network; None where they could not be taken.
        reason: why no test was made; "".
    """

    checks: tuple[Check, ...] = ()
    measured: Preflight | None = None
    reason: str = ""


def preflight(lab: Lab, recipe: Recipe, baseline: Baseline) -> PreflightTests:
    """Measure one network, and train two controls where trainings are short.

    Args:
        lab: trains and measures.
        recipe: what is trained.
        baseline: its seeds, and how long it takes.
    """
    if not baseline.seeds or baseline.is_long:
        return PreflightTests(reason="trainings are too long for tests beside them")
    seed, trivial = baseline.seeds[0], lab.yardstick.trivial
    controls: tuple[Control, ...] = ("zeroed-inputs", "permuted-targets")
    zeroed, permuted = lab.train([Run(recipe, seed, control=control) for control in controls])
    own = next((trial for trial in baseline.trials if trial.run_key == Run(recipe, seed).key), baseline.trials[0])
    plain = lab.measure("preflight", recipe, seed)
    known = Preflight.from_plain(plain) if plain else None
    look = known or Preflight()
    rate = recipe.learning_rate
    return PreflightTests(
        (
            _start(look, trivial),
            _one_batch(look, trivial),
            _inputs(own, zeroed, trivial),
            _permuted(permuted, trivial),
            _mixing(look),
            _modes(look, trivial),
            _repeats(look),
            _range(look, rate),
        ),
        known,
    )


def _check(name: str, title: str, passed: bool, text: str) -> Check:
    return Check(name, title, "passed" if passed else "failed", text)


def _unknown(name: str, title: str, why: str = REASON) -> Check:
    return Check(name, title, "unknown", why)


def _start(look: Preflight, trivial: float) -> Check:
    make, skip = _pair("loss-at-start", "Does it begin near the constant answer?")
    if look.at_start is None:
        return skip()
    text = f"fresh weights score {look.at_start:.3g}; always giving the same answer, {trivial:.3g}"
    return make(math.isfinite(look.at_start) and look.at_start <= WIDE_START * trivial, text)


def _one_batch(look: Preflight, trivial: float) -> Check:
    make, skip = _pair("one-batch", "Can it learn one batch by heart?")
    if look.one_batch is None:
        return skip()
    before, after = look.one_batch
    text = f"{look.updates} updates on one batch alone take its score from {before:.3g} to {after:.3g}"
    return make(after <= KNOWN_BY_HEART * trivial, text)


def _inputs(own: Trial, zeroed: Trial, trivial: float) -> Check:
    make, skip = _pair("zeroed-inputs", "Does it use its inputs?")
    if NO_TIME in (own.failed, zeroed.failed):
        return skip()
    with_them, without = (capped(trial.held_out, trivial) for trial in (own, zeroed))
    text = f"held-out score {with_them:.3g} with its inputs, {without:.3g} with zeros instead"
    return make(with_them <= USES_INPUTS * without, text)


def _permuted(permuted: Trial, trivial: float) -> Check:
    make, skip = _pair("permuted-targets", "Does it fail where nothing can be learnt?")
    if permuted.failed == NO_TIME:
        return skip()
    score = capped(permuted.held_out, trivial)
    text = (
        f"trained on targets in random order it scores {score:.3g} on held-out rows; a constant answer, {trivial:.3g}"
    )
    return make(score >= NO_BETTER * trivial, text)


def _mixing(look: Preflight) -> Check:
    make, skip = _pair("row-mixing", "Is every row answered on its own?")
    if look.mixing is None:
        return skip()
    if look.mixing <= MIXED:
        return make(True, "one row's output stays the same when the other rows of its batch change")
    text = f"one row's output changes by {look.mixing:.2g} deviations when the other rows of its batch change"
    return make(False, text)


def _modes(look: Preflight, trivial: float) -> Check:
    make, skip = _pair("two-modes", "Is it much the same in training and in use?")
    if look.modes is None:
        return skip()
    training, inference = look.modes
    near = abs(training - inference) <= MATERIAL * trivial
    text = f"on training rows it scores {training:.3g} in training mode and {inference:.3g} in inference mode"
    return make(near or inference / MODES_APART <= training <= MODES_APART * inference, text)


def _repeats(look: Preflight) -> Check:
    make, skip = _pair("same-seed", "Does the same seed give the same training?")
    if look.repeats is None:
        return skip()
    what = "the same weights, bit for bit" if look.repeats else "different weights: something draws without the seed"
    return make(look.repeats, f"two beginnings from one seed give {what}")


def _range(look: Preflight, rate: float | None) -> Check:
    make, skip = _pair("rate-range", "Is the learning rate in the working range?")
    if rate is None:
        return skip("a schedule decides the learning rate")
    if len(look.losses) < 2 or not math.isfinite(look.losses[0]):
        return skip()
    explodes = exploding_from(look.rates, look.losses)
    finite = [loss if math.isfinite(loss) else math.inf for loss in look.losses]
    lowest = look.rates[finite.index(min(finite))]
    end = f"explodes at {explodes:.2g}" if explodes else f"does not explode up to {look.rates[-1]:.2g}"
    text = f"with a rising rate the loss is lowest at {lowest:.2g} and {end}; yours is {rate:.2g}"
    return make(explodes is None or rate < explodes, text)


def exploding_from(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """The lowest rate of a range test from which on the loss never returns; None where it does not explode.

    Args:
        rates: ascending.
        losses: the loss at each of them.
    """
    limit = EXPLODED * abs(losses[0])
    beyond = [not (math.isfinite(loss) and loss <= limit) for loss in losses]
    if not beyond[-1]:
        return None
    last_good = max((at for at, gone in enumerate(beyond) if not gone), default=-1)
    return rates[last_good + 1]


def _pair(name: str, title: str) -> tuple[partial[Check], partial[Check]]:
    return partial(_check, name, title), partial(_unknown, name, title)
