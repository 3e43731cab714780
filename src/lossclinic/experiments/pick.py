"""Of what was screened, the change to keep: what helps most, where the evidence points, and what lies underneath."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lossclinic.core.catalogue import remedies
from lossclinic.core.finding import Finding
from lossclinic.experiments.screen import ERRORS_APART, Screened

MOSTLY = 0.6
NEARLY_AS_GOOD = 0.9
SPARED = 0.2
"""Share of the confidence that another remedy may lack where it spares several times the epochs, and of the gain that
stopping earlier may."""
EARLIER = 0.5
"""Share of the gain that a remedy in the epochs given may lack: more are tried on top of it, for what is left."""
FAIRLY_SURE = 0.5
RESCUES = 2
"""So many more seeds on which anything is learnt are more than luck."""
LEAST_WEIGHT = 0.1
LONGER = "more-epochs"
WORTH = 0.15
"""What a remedy that must be worth its price lowers the loss by, beside or instead of others."""
GO_FURTHER = (LONGER, "learning-rate")
"""More steps and larger ones are two ways to the same place: the evidence decides between them."""
MENDED_FIRST = ("data", "labels", "loss", "initialisation")
"""Families of remedies that mend what the training is given; those of "optimisation" only change how it gets on."""
DEEPER: Mapping[str, tuple[str, ...]] = {"optimisation": MENDED_FIRST, "regularisation": ("architecture",)}
"""Family of a remedy → families of those that may mend what it only makes up for."""
STOPS_EARLIER = ("early-stopping", "keep-best-weights")
"""What leaves the network as it is and only goes on for less long."""
A_GAP = "overfitting"
"""What is suspected wherever held-out rows are predicted worse than training rows, whatever the reason."""


def pick(
    results: Sequence[Screened], findings: Mapping[str, Finding], least: float, errors: float = 1.0
) -> Screened | None:
    """The arm to keep: the largest gain, weighted by how strongly the evidence points at its cause.

    Several remedies often help a little against one fault; the weight prefers the one whose cause was seen. Another
    rate, optimizer or number of epochs makes up for many a fault of the data, the loss or the first weights, and a
    penalty or dropout for one of the architecture: where the remedy of such a fault does about as well, that fault is
    the cause. Of the remedies of the cause, the one it names first is taken unless another is clearly better or surer:
    by the gain less its error.

    Args:
        results: from `screen`, the remedies of each cause in the order that it prefers.
        findings: by cause.
        least: smallest mean log gain that is worth keeping.
        errors: how many of its standard errors the gain must exceed.
    """
    most = max((len(r.gains) for r in results), default=0)
    useful = [r for r in results if r.gain >= least and len(r.gains) == most and _mostly_better(r, errors)]
    if not useful:
        return None
    best = max(useful, key=lambda r: _weight(r, findings))
    best = _underneath(best, useful, findings)
    same = [r for r in useful if r.arm.causes[-1] == best.arm.causes[-1]]
    surest = max(r.gain - r.error for r in same)
    return next(r for r in same if r.gain - r.error >= NEARLY_AS_GOOD * surest)


def _weight(result: Screened, findings: Mapping[str, Finding]) -> float:
    return result.gain * max(findings[result.arm.causes[-1]].confidence, LEAST_WEIGHT)


def _underneath(best: Screened, useful: Sequence[Screened], findings: Mapping[str, Finding]) -> Screened:
    """The arm that mends what `best` may only make up for; `best` itself where there is none."""
    remedy, cause = best.arm.remedies[-1], best.arm.causes[-1]
    # A gap is sure to be there, and does not say where it comes from.
    sure = FAIRLY_SURE if cause == A_GAP else findings[cause].confidence * (1 - SPARED * (remedy == LONGER))
    rivals = [
        r
        for r in useful
        if _lies_deeper(r.arm.remedies[-1], remedy)
        and (findings[r.arm.causes[-1]].is_fact or findings[r.arm.causes[-1]].confidence >= sure)
        and _about_as_good(r, best, _may_lack(remedy))
    ]
    return max(rivals, key=lambda r: _weight(r, findings), default=best)


def _lies_deeper(remedy: str, than: str) -> bool:
    """Whether what one remedy mends may be what another only makes up for."""
    if remedy in GO_FURTHER:
        return False
    family, other = (remedies()[each].family for each in (remedy, than))
    # More epochs are the dearest way to get on, and a penalty also slows down what was only trained for too long.
    cheaper = (than == LONGER and family == other) or (_holds_back(than) and remedy in STOPS_EARLIER)
    return cheaper or family in DEEPER.get(other, ())


def _may_lack(remedy: str) -> float:
    """The share of a remedy's gain by which another that lies deeper may fall short."""
    if remedy == LONGER:
        return EARLIER
    return SPARED if _holds_back(remedy) else 1 - NEARLY_AS_GOOD


def has_a_price(remedy: str, beside: Sequence[str]) -> bool:
    """Whether a remedy must bring much beside others: several times the epochs; a penalty beside stopping earlier."""
    return remedy == LONGER or (_holds_back(remedy) and any(other in STOPS_EARLIER for other in beside))


def _holds_back(remedy: str) -> bool:
    """Whether a remedy slows down what the network learns, be it by a penalty or by noise."""
    known = remedies().get(remedy)
    return known is not None and known.family == "regularisation" and remedy not in STOPS_EARLIER


def _about_as_good(result: Screened, best: Screened, share: float) -> bool:
    """Whether the gain falls short by this share at most, or by twice the error of the difference on the same seeds."""
    short = np.array(best.gains) - np.array(result.gains)
    error = float(np.std(short, ddof=1)) / math.sqrt(len(short)) if len(short) > 1 else 0.0
    return float(short.mean()) <= max(share * best.gain, ERRORS_APART * error)


def _mostly_better(result: Screened, errors: float) -> bool:
    """Whether the gain is more than luck on a few seeds: its mean exceeds its error, and most pairs are better.

    A fault that strikes on some seeds only leaves the other pairs to chance.
    """
    mostly = sum(gain > 0 for gain in result.gains) >= MOSTLY * len(result.gains)
    return (mostly or result.rescued >= RESCUES) and result.gain > errors * result.error
