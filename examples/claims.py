"""Answer the articles' claims from a report: `python examples/claims.py lossclinic-report/xor/report.json …`."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
CLAIMS = Path(__file__).with_name("claims.toml")


@dataclass(frozen=True)
class Claim:
    """Something an article says that an example puts to the test.

    Attributes:
        article: its title.
        example: the script that tests it, without ".py".
        says: the claim in our words.
        cause: the cause whose finding answers it; "" where a remedy does.
        remedy: the remedies of which the best arm answers it.
    """

    article: str
    example: str
    says: str
    cause: str = ""
    remedy: tuple[str, ...] = ()


def read_claims(path: Path = CLAIMS) -> tuple[Claim, ...]:
    """All claims of the table."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["claim"]
    return tuple(Claim(**{**entry, "remedy": tuple(entry.get("remedy", ()))}) for entry in entries)


def answer_claim(claim: Claim, report: Json) -> str:
    """ "The article says …; the experiment says …", from the findings and arms of a report (schema 1)."""
    fit = report["fits"][0] if report["fits"] else None
    if fit is None:
        experiment = "nothing: no training was examined"
    elif claim.cause:
        experiment = _from_finding(claim.cause, fit)
    else:
        experiment = _from_arms(claim.remedy, fit)
    return f"The article says {claim.says}; the experiment says {experiment}."


def _from_finding(cause: str, fit: Json) -> str:
    findings = {finding["cause"]: finding for finding in fit["findings"]}
    finding = findings.get(cause)
    name = cause.replace("-", " ")
    if finding is None or finding["status"] == "untestable":
        return f"it could not be tested ({finding['reason'] if finding else 'the report does not mention ' + cause})"
    if finding["status"] == "confirmed":
        return f"yes: {name} is confirmed, and treating it {_gain(finding['effect'])}"
    floor = findings.get("noise-floor", {}).get("status") == "observed"
    rest = "its loss is at the noise floor" if floor else f"{cause} is {finding['status']}"
    others = [f["cause"] for f in fit["findings"] if f["status"] == "confirmed"]
    return f"no: {rest}" + (f" (confirmed instead: {', '.join(others)})" if others else "")


def _from_arms(remedies: tuple[str, ...], fit: Json) -> str:
    alone = [arm for arm in fit["arms"] if len(arm["remedies"]) == 1 and arm["remedies"][0] in remedies and arm["gain"]]
    if not alone:
        return f"nothing: {' and '.join(remedies)} {'were' if len(remedies) > 1 else 'was'} not tried on its own"
    best = max(alone, key=lambda arm: (arm["stage"] == "confirmed", arm["gain"]["median"]))
    words = f"{best['remedies'][0]} {_gain(best['gain'])} over {best['pairs']} pairs"
    if best["stage"] == "screened":
        return f"{words} (screened, not confirmed)"
    return f"{words} ({best['verdict']})"


def _gain(gain: Json | None) -> str:
    if gain is None:
        return "helps"
    share, low, high = (100 * gain[key] for key in ("median", "low", "high"))
    change = "lowers" if share >= 0 else "raises"
    sign = 1 if share >= 0 else -1
    ends = sorted((sign * low, sign * high))
    return f"{change} the held-out loss by {abs(share):.0f} % ({ends[0]:.0f} to {ends[1]:.0f} %)"


def main(paths: Iterable[str]) -> None:
    """Print the answers that the reports hold."""
    for path in paths:
        report = json.loads(Path(path).read_text(encoding="utf-8"))
        example = Path(report["script"] or "").stem
        for claim in read_claims():
            if claim.example == example:
                print(answer_claim(claim, report))


if __name__ == "__main__":
    main(sys.argv[1:])
