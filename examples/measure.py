"""Run lossclinic on every example and every healthy training, and write the answers down.

    python -m examples.measure [--only NAME] [--budget 2m] [--out docs/examples.md] [--reports FOLDER]

Reports that are already in the folder are kept, so an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from examples.claims import answer_claim, read_claims

HERE = Path(__file__).parent
NOT_EXAMPLES = {"claims", "measure"}
Json = Mapping[str, Any]


def scripts() -> Iterator[tuple[str, Path]]:
    """(kind, script) of all examples, the ailing first."""
    for kind, folder in (("ailing", HERE), ("healthy", HERE / "healthy")):
        yield from ((kind, path) for path in sorted(folder.glob("*.py")) if path.stem not in NOT_EXAMPLES)


def run(script: Path, reports: Path, budget: str) -> Json:
    """The report on one script, from an earlier run where there is one."""
    folder = reports / script.stem
    path = folder / "report.json"
    if not path.exists():
        tries = dict.fromkeys(r for claim in read_claims() if claim.example == script.stem for r in claim.remedy)
        asked = [word for remedy in tries for word in ("--try", remedy)]
        command = [sys.executable, "-m", "lossclinic", "run", str(script), "--out", str(folder)]
        environment = {"KERAS_BACKEND": "jax", **os.environ}
        log = folder.with_suffix(".log")
        reports.mkdir(parents=True, exist_ok=True)
        with log.open("w") as stream:
            subprocess.run(
                [*command, "--budget", budget, "--quiet", *asked],
                stdout=stream,
                stderr=stream,
                env=environment,
                check=False,
            )
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"fits": [], "elapsed_s": float("nan")}


def row(name: str, report: Json) -> str:
    """One line of the table."""
    if not report["fits"]:
        return f"| `{name}` | no report | | | | |"
    fit = report["fits"][0]
    confirmed = ", ".join(f["cause"] for f in fit["findings"] if f["status"] == "confirmed") or "none"
    prescription = fit["prescription"] or {}
    gain = prescription.get("gain")
    worth = f"{gain['median']:.0%} ({gain['low']:.0%} to {gain['high']:.0%})" if gain else ""
    rerun = prescription.get("rerun") or {}
    promise = (
        {True: "kept", False: "not kept"}.get(rerun.get("kept"), "")
        if rerun.get("ran")
        else ("not run" if prescription else "")
    )
    remedies = " + ".join(prescription.get("remedies", ()))
    return (
        f"| `{name}` | {fit['ending']} | {confirmed} | {remedies} | {worth} | {promise} | {report['elapsed_s']:.0f} s |"
    )


def main() -> None:
    """Run what is missing and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="name of one script, without .py")
    parser.add_argument("--budget", default="2m", help="for each script (default: 2m)")
    parser.add_argument("--out", type=Path, default=Path("docs/examples.md"))
    parser.add_argument("--reports", type=Path, default=Path("lossclinic-report/examples"))
    arguments = parser.parse_args()
    lines: dict[str, list[str]] = {"ailing": [], "healthy": []}
    answers: list[str] = []
    for kind, script in scripts():
        if arguments.only not in (None, script.stem):
            continue
        started = time.monotonic()
        report = run(script, arguments.reports / kind, arguments.budget)
        lines[kind].append(row(script.stem, report))
        print(lines[kind][-1], f"[{time.monotonic() - started:.0f} s]", flush=True)
        if report["fits"] and kind == "ailing":
            lines[kind].append(f"| | {report['fits'][0]['answer']} | | | | | |")
            mine = [claim for claim in read_claims() if claim.example == script.stem]
            answers += [f"- *{claim.article}* (`{script.stem}.py`): {answer_claim(claim, report)}" for claim in mine]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(page(lines, answers, arguments.budget), encoding="utf-8")


HEAD = """| script | ending | confirmed | prescription | gain on held-out rows (95 % interval) | promise | time |
|---|---|---|---|---|---|---|
"""


def page(lines: Mapping[str, list[str]], answers: list[str], budget: str) -> str:
    """The whole page."""
    return f"""# What lossclinic says about the examples

Made by `make examples`: every script on 2 workers with a budget of {budget}.
*Promise* says whether the repaired script, run for real, reached what the experiment promised.

## Ailing trainings

{HEAD}{chr(10).join(lines["ailing"])}

## Healthy trainings

{HEAD}{chr(10).join(lines["healthy"])}

## The articles' claims, put to the test

{chr(10).join(answers)}
"""


if __name__ == "__main__":
    main()
