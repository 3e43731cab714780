"""What the measurements of a running fit are signs of. Each rule knows one fault and keeps silent where it is not sure.

A rule answers with a finding or None. None of them proves anything: that takes the experiments of `lossclinic run`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence import _curves
from lossclinic.watch.record import Look, Record

IDS = (
    "non-finite-loss",
    "learning-rate-too-high",
    "learning-rate-too-low",
    "frozen-layers",
    "dead-units",
    "saturating-activations",
    "vanishing-gradients",
    "overfitting",
    "too-many-epochs",
)
"""The causes that a rule may name, in the catalogue's words."""
RISEN = 2.0
LEAPT = 10.0
"""No batch is ten times as hard as the first one."""
LARGE_UPDATE = 0.1
"""A tenth of the weights in one step (the catalogue's threshold for a rate that is too high)."""
LAST = 3
"""Stretches in a row that must agree: one may be bad luck."""
SWINGS = 0.2
"""Swings of a fifth of the level are far above what redrawn batches do (as in `learning-rate-too-high`)."""
LEAST_SWING = 0.1
"""Against the loss at the start: late in a training that goes well, a fifth of what is left is next to nothing."""
SWINGING = 12
SOLVED = 0.05
"""Below a twentieth of its start, a loss counts as learned."""
TINY_UPDATE = 1e-5
SHORT_WAY = 0.1
"""Steps all in one direction would change the weights by a tenth: too little to learn from fresh ones."""
BEGUN = 0.1
FEW_LOOKS = 10
FEW_EPOCHS = 3
HARDLY_FALLEN = 0.1
HALF = 0.5
SHRUNK = 1e-3
"""Gradients of the first layer against those of the last; healthy small networks show a tenth to ten."""
SHRUNK_BY_BOUNDS = 0.05
"""The slope of a sigmoid is at most a quarter: two of them more than a healthy network shows."""
DEEP = 3
RISE = 0.25
FEWEST_SINCE_BEST = 10
WIDE = 0.5
"""A training loss below half the held-out one at the best epoch already: the gap is not made by training on."""
RECTIFYING = ("relu", "relu6")
BOUNDED = ("sigmoid", "tanh", "hard_sigmoid", "softsign", "hard_tanh")


def non_finite(record: Record) -> Finding | None:
    """The loss is no number any more, for good."""
    broken = record.broken
    if broken is None:
        return None
    if not broken.layers:
        where, first = "all weights are still finite, so look at the rows and at the loss function", None
    elif len(broken.layers) == broken.of and broken.of > 1:
        where, first = f"the weights of all {broken.of} layers are gone too", broken.layers[0]
    else:
        where, first = f"its first layer with broken weights is '{broken.layers[0]}'", broken.layers[0]
    facts = [Fact(where, len(broken.layers))]
    last = next((look for look in reversed(record.looks) if look.step < broken.step and look.updates), None)
    if last is not None:
        facts.append(_largest_update(last))
    reason = f"the loss is not a number since step {broken.step} (epoch {broken.epoch}); {where}"
    return _finding("non-finite-loss", 1.0, 1.0, facts, reason, first, status="observed")


def rising(record: Record) -> Finding | None:
    """The loss stays above where it began: far above, or after it leapt far above."""
    last, start = record.stretches[-LAST:], record.started_at
    if len(record.stretches) <= LAST or start is None or start <= 0:
        return None
    now, highest = min(stretch.loss for stretch in last), max(stretch.loss for stretch in record.stretches)
    facts = [Fact(f"the training loss began at {start:.3g} and stands at {now:.3g}", round(now / start, 3))]
    facts += _sizes(record)
    if now > RISEN * max(start, record.stretches[0].loss) or now > LEAPT * start:
        since = f"since epoch {last[0].epoch}"
        reason = f"the training loss is {now / start:.3g} times what it began with ({start:.3g}), {since}"
    elif highest > LEAPT * start and now > start * (1 - HARDLY_FALLEN):
        leap = next(stretch for stretch in record.stretches if stretch.loss > LEAPT * start)
        reason = (
            f"the training loss leapt from {start:.3g} to {highest:.3g} (epoch {leap.epoch}) and has not come "
            f"below its start since"
        )
    else:
        return None
    return _finding("learning-rate-too-high", 0.9, 0.7, facts, reason)


def stranded(record: Record) -> Finding | None:
    """One long step has taken the network where no gradient is left."""
    looks, fallen = record.looks[-FEW_LOOKS:], record.fallen
    if not _long_enough(record) or fallen is None or fallen > HARDLY_FALLEN or any(look.moved for look in looks):
        return None
    large = next((look for look in record.looks if look.largest > LARGE_UPDATE), None)
    if large is None:
        return None
    moving = max((look.step for look in record.looks if look.moved), default=0)
    since = next(look.step for look in record.looks if look.step > moving)
    text = f"no weight has moved since step {since}, at a loss of {record.stretches[-1].loss:.3g}"
    fact = _largest_update(large)
    reason = f"{text}; {fact.text}"
    return _finding("learning-rate-too-high", 0.9, 0.8, [Fact(text), fact], reason)


def swinging(record: Record) -> Finding | None:
    """The loss swings from epoch to epoch and gets nowhere."""
    losses = np.array([epoch.loss for epoch in record.epochs[-SWINGING:]])
    start = record.started_at
    if len(losses) < SWINGING or start is None or not np.all(np.isfinite(losses)):
        return None
    level = float(np.median(np.abs(losses)))
    swings = _curves.swings(losses) / level if level > 0 else 0.0
    half = SWINGING // 2
    advances = float(np.median(losses[half:])) < 0.9 * float(np.median(losses[:half]))
    if swings < SWINGS or advances or swings * level < LEAST_SWING * start:
        return None
    since = record.epochs[-SWINGING].epoch
    facts = [Fact(f"the training loss swings by {swings:.0%} of its level from epoch to epoch", round(swings, 3))]
    facts += _sizes(record)
    reason = f"the training loss has swung by {swings:.0%} from epoch to epoch since epoch {since}, without falling"
    return _finding("learning-rate-too-high", 0.6, 0.5, facts, reason)


def crawling(record: Record) -> Finding | None:
    """The weights move, but so little that the whole fit will hardly change them, and the loss hardly falls."""
    looks, fallen = record.looks[-FEW_LOOKS:], record.fallen
    if not _long_enough(record) or fallen is None or fallen > HARDLY_FALLEN:
        return None
    largest = [look.largest for look in looks]
    growing = largest[-1] > 2 * largest[0]  # a warm-up
    most, done = max(largest), record.stretches[-1].step
    way = most * record.planned if record.planned and _under_way(record) else math.inf
    if growing or not (0 < most < TINY_UPDATE or 0 < way < SHORT_WAY):
        return None
    text = f"no layer's weights change by more than {most:.1g} of their size in a step"
    whole = f", {way:.1%} in the whole fit at most" if way < SHORT_WAY else ""
    reason = f"{text}{whole}, and the loss has fallen by {max(fallen, 0.0):.1%} in {done} steps"
    return _finding("learning-rate-too-low", 0.7, 0.6, [Fact(text, most)], reason)


def frozen(record: Record) -> Finding | None:
    """No weight has moved since the fit began."""
    if not record.trainable:
        text = "no layer is trainable, so fit changes nothing"
        return _finding("frozen-layers", 1.0, 0.9, [Fact(text)], text, status="observed")
    looks = record.looks
    if not _long_enough(record) or any(look.moved for look in looks) or not _has_loss(record):
        return None
    rate = looks[-1].rate
    said = "" if rate is None else f" at a learning rate of {rate:g}"
    text = f"no weight has moved in the {len(looks)} steps that were looked at{said}"
    cause = "learning-rate-too-low" if rate == 0 else "frozen-layers"
    return _finding(cause, 1.0, 0.8, [Fact(text, len(looks))], f"{text}, since the fit began")


def unmoved(record: Record) -> Finding | None:
    """Most units of a rectifying layer have had no gradient for a while, though others learn."""
    looks = record.looks[-FEW_LOOKS:]
    if len(looks) < FEW_LOOKS or not looks[-1].moved or not _has_loss(record):
        return None
    for layer, share in looks[-1].still.items():
        if record.activations.get(layer) in RECTIFYING and share > HALF and looks[0].still.get(layer, 0.0) > HALF:
            text = f"{share:.0%} of the units of '{layer}' do not move any more"
            reason = f"{text} since step {looks[0].step} or before: no row wakes them"
            return _finding("dead-units", share, 0.6, [Fact(text, round(share, 3))], reason, layer)
    return None


def asleep(record: Record) -> Finding | None:
    """Most units of a rectifying layer answer none of the sample rows, twice in a row."""
    if len(record.activity) < 2:
        return None
    before, now = record.activity[-2:]
    for layer, share in now.dead.items():
        if share > HALF and before.dead.get(layer, 0.0) > HALF:
            at_first = record.activity[0].dead.get(layer, 0.0)
            since = f"since epoch {before.epoch} ({at_first:.0%} at the start)" if before.epoch else "from the start"
            text = f"{share:.0%} of the units of '{layer}' are above zero on none of the {now.rows} sample rows"
            reason = f"{text}, {since}"
            # Units that were alive die of steps that are too long.
            large = [look for look in record.looks if look.largest > LARGE_UPDATE]
            cause = "learning-rate-too-high" if at_first <= HALF and large else "dead-units"
            facts = [Fact(text, round(share, 3)), *[_largest_update(look) for look in large[:1]]]
            return _finding(cause, share, 0.7, facts, reason, layer)
    return None


def flat(record: Record) -> Finding | None:
    """Most values of a hidden layer sit at the bounds of its activation, and the loss does not fall."""
    fallen = record.fallen
    if len(record.activity) < 2 or fallen is None or fallen > HARDLY_FALLEN or len(record.epochs) < FEW_EPOCHS:
        return None
    before, now = record.activity[-2:]
    for layer, share in now.flat.items():
        if share > HALF and before.flat.get(layer, 0.0) > HALF:
            text = f"{share:.0%} of the values of '{layer}' sit at a bound of its activation"
            reason = (
                f"{text} since epoch {max(before.epoch, 1)}, and the loss has fallen by {max(fallen, 0.0):.1%} in all"
            )
            return _finding("saturating-activations", share, 0.7, [Fact(text, round(share, 3))], reason, layer)
    return None


def vanishing(record: Record) -> Finding | None:
    """Hardly any gradient reaches the first layer, and the loss does not fall."""
    fallen, looks = record.fallen, record.looks[-FEW_LOOKS:]
    if not _long_enough(record) or fallen is None or fallen > HARDLY_FALLEN:
        return None
    known = [share for share in (_reaching(look) for look in looks) if share is not None]
    bounded = any(each in BOUNDED for each in list(record.activations.values())[:-1])
    if len(known) < FEW_LOOKS or max(known) >= (SHRUNK_BY_BOUNDS if bounded else SHRUNK) or not _under_way(record):
        return None
    layer, share = next(iter(looks[-1].gradients)), max(known)
    cause = "saturating-activations" if bounded else "vanishing-gradients"
    text = f"the gradient of '{layer}' is {share:.1g} of the last layer's"
    reason = f"{text} since step {looks[0].step} or before, and the loss has fallen by {max(fallen, 0.0):.1%} in all"
    return _finding(cause, 0.8, 0.6, [Fact(text, share)], reason, layer)


def past_its_best(record: Record) -> Finding | None:
    """The held-out loss has risen for as long as it took to fall, while the training loss fell on."""
    epochs = [epoch for epoch in record.epochs if epoch.val_loss is not None and math.isfinite(epoch.val_loss)]
    if len(epochs) <= FEWEST_SINCE_BEST:
        return None
    losses = _smooth([float(epoch.val_loss or 0.0) for epoch in epochs])
    at = int(np.argmin(losses))
    best, since = losses[at], epochs[-1].epoch - epochs[at].epoch
    if since < max(FEWEST_SINCE_BEST, epochs[at].epoch) or best <= 0:
        return None
    now = min(losses[-FEWEST_SINCE_BEST // 2 :])
    began = record.started_at or losses[0]
    if now < best + RISE * max(best, SOLVED * began) or epochs[-1].loss >= epochs[at].loss:
        return None
    early_gap = epochs[at].loss < WIDE * best
    text = f"the validation loss rose from {best:.3g} to {now:.3g} while the training loss fell on"
    facts = [
        Fact(text, round(now / best - 1, 3)),
        Fact(f"at its best the training loss was {epochs[at].loss:.3g}", epochs[at].loss),
    ]
    reason = f"{text}, since epoch {epochs[at].epoch}"
    severity = round(1 - best / now, 2)
    return _finding("overfitting" if early_gap else "too-many-epochs", severity, 0.6, facts, reason)


RULES: tuple[Callable[[Record], Finding | None], ...] = (
    non_finite, frozen, rising, stranded, swinging, crawling, asleep, unmoved, flat, vanishing, past_its_best
)  # fmt: skip
"""Strongest first: where two name the same cause, the first one is told."""


def look_for(record: Record, known: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What the record shows.

    Args:
        record: what was seen.
        known: causes that have been told already.
    """
    rules = RULES if record.broken is None else RULES[:1]  # what else is seen of a broken training are its ruins
    found: dict[str, Finding] = {}
    for rule in rules:
        finding = rule(record)
        if finding is not None and finding.cause not in known:
            found.setdefault(finding.cause, finding)
    return tuple(found.values())


def _finding(
    cause: str, severity: float, confidence: float, facts: Sequence[Fact], reason: str, layer: str | None = None,
    status: str = "suspected",
) -> Finding:  # fmt: skip
    where = None if layer is None else Where(layer=layer)
    kind = "observed" if status == "observed" else "suspected"
    return Finding(cause, kind, round(severity, 3), confidence, tuple(facts), where, reason=reason)


def _long_enough(record: Record) -> bool:
    return len(record.looks) >= FEW_LOOKS and len(record.stretches) >= FEW_EPOCHS


def _under_way(record: Record) -> bool:
    """Whether a tenth of the fit is over, where that can be told."""
    return record.planned is None or record.stretches[-1].step >= BEGUN * record.planned


def _has_loss(record: Record) -> bool:
    """Whether there is a loss left to learn from; a solved training rightly stands still."""
    start = record.started_at
    if start is None or not record.stretches:
        return False
    return record.stretches[-1].loss > SOLVED * start


def _largest_update(look: Look) -> Fact:
    layer = max(look.updates, key=lambda name: look.updates[name])
    size = look.updates[layer]
    part = f"{size:.0%}" if size >= 0.01 else f"{size:.1g}"
    return Fact(f"step {look.step} changed the weights of '{layer}' by {part} of their size", size)


def _sizes(record: Record) -> list[Fact]:
    return [_largest_update(look) for look in record.looks[-1:] if look.updates]


def _reaching(look: Look) -> float | None:
    sizes = list(look.gradients.values())
    return sizes[0] / sizes[-1] if len(sizes) >= DEEP and sizes[-1] > 0 else None


def _smooth(values: Sequence[float]) -> list[float]:
    """Running median of five: one lucky epoch is not the lowest point."""
    padded = np.pad(np.asarray(values, dtype=float), 2, mode="edge")
    return [float(v) for v in np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)]
