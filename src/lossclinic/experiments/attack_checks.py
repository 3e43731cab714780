"""Does the attack itself work? Where it does not, a network only seems to stand up to it.

References:
    Athalye, Carlini and Wagner, "Obfuscated gradients give a false sense of security" (2018), section 3.1: signs that
    gradients are masked. Carlini et al., "On evaluating adversarial robustness" (2019), section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from lossclinic.core.preflight import Check
from lossclinic.core.probe import Attack

TOLERATED = 0.02
"""Share of rows by which a longer or a directed attack may be weaker: paths end where they end by a little luck."""
LEFT = 0.01
"""Share of rows that an attack without bounds may leave."""
Attacks = Sequence[tuple[str, Sequence[Attack]]]


def checks_of(networks: Attacks) -> tuple[Check, ...]:
    """Three tests of the attack, each on every network.

    Args:
        networks: (name for people, its attacks); those without attacks count for nothing.
    """
    known = [(name, attacks) for name, attacks in networks if attacks]
    return (
        _check(known, "more-steps", "Do more gradient steps never help the defender?", _steps, _helped_by_steps),
        _check(known, "unbounded", "Does an attack without bounds take every row?", _unbounded, _left),
        _check(known, "random", "Is a move of the same size at random weaker?", _random, _beaten_by_luck),
    )


def _check(
    networks: Attacks,
    name: str,
    title: str,
    told: Callable[[Sequence[Attack]], str],
    failed: Callable[[Sequence[Attack]], bool],
) -> Check:
    text = "; ".join(f"{network}: {told(attacks)}" for network, attacks in networks)
    outcome = "failed" if any(failed(attacks) for _, attacks in networks) else "passed"
    return Check(name, title, outcome, text)


def _efforts(attacks: Sequence[Attack]) -> list[tuple[int, float]]:
    """(steps, share of rows that stand), over all attacks."""
    rights = np.mean([[right for _, right in attack.efforts] for attack in attacks], axis=0)
    return [(steps, float(right)) for (steps, _), right in zip(attacks[0].efforts, rights, strict=True)]


def _steps(attacks: Sequence[Attack]) -> str:
    told = [f"{right:.0%} after {steps}" for steps, right in _efforts(attacks)]
    return f"{told[0]} step, {', '.join(told[1:])} are still answered right"


def _helped_by_steps(attacks: Sequence[Attack]) -> bool:
    rights = [right for _, right in _efforts(attacks)]
    least = list(accumulate(rights, min))
    return any(right > before + TOLERATED for before, right in zip(least, rights[1:], strict=False))


def _unbounded(attacks: Sequence[Attack]) -> str:
    left = float(np.mean([attack.unbounded for attack in attacks]))
    return "no row stands" if not left else f"{left:.1%} of the rows stand"


def _left(attacks: Sequence[Attack]) -> bool:
    return float(np.mean([attack.unbounded for attack in attacks])) > LEFT


def _random(attacks: Sequence[Attack]) -> str:
    random, moved = _luck(attacks)
    return f"{random:.0%} right after random moves, {moved:.0%} after the attack"


def _luck(attacks: Sequence[Attack]) -> tuple[float, float]:
    return float(np.mean([a.random for a in attacks])), float(np.mean([a.moved for a in attacks]))


def _beaten_by_luck(attacks: Sequence[Attack]) -> bool:
    random, moved = _luck(attacks)
    return random < moved - TOLERATED
