"""From mismatches of the output contract to a finding."""

from __future__ import annotations

from lossclinic.causes._marks import clamp
from lossclinic.core.case import Case
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence.output_contract import OutputContract, Subject

LATENT = 0.5
"""Below this severity a mismatch often costs nothing."""


def judge(cause: Subject, contract: OutputContract, case: Case | None, fine: str) -> Finding:
    """Suspect the cause where the contract is broken on its subject.

    Args:
        cause: the subject.
        contract: output, loss and task side by side.
        case: what fit raised counts as evidence; None for a model that was not fitted.
        fine: the reason where nothing is wrong.
    """
    found = contract.of(cause)
    if not found:
        return Finding(cause, "clear", reason=fine)
    worst = found[0]
    facts = [Fact(each.text, contract.activation) for each in found]
    facts.append(Fact(f"what fits: {contract.wanted}"))
    if case is not None and case.observed.error:
        facts.append(Fact(f"fit raised {case.observed.error.splitlines()[0][:200]}"))
    remedies = tuple(dict.fromkeys(remedy for each in found for remedy in each.remedies))
    return Finding(
        cause,
        "suspected" if remedies else "observed",
        severity=worst.severity,
        confidence=clamp(0.95 if worst.severity >= LATENT else 0.4),
        evidence=tuple(facts),
        where=Where(layer=contract.layer),
        remedies=remedies,
        is_fact=True,
        reason=worst.text if worst.severity >= LATENT else f"{worst.text}; this often costs nothing",
    )
