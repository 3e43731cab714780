"""`lossclinic run`: from a training script to a verified answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from lossclinic.cli import options
from lossclinic.cli.frame import folder_of, followed, show
from lossclinic.core.threat import threat_of

EXAMPLES = """\b
Examples:
  lossclinic run train.py
  lossclinic run train.py --budget 10m --out reports/train
  lossclinic run train.py --json > report.json
  lossclinic run train.py --try dropout --try l2
  lossclinic run train.py --max-trials 200
  lossclinic run train.py --memory 2g --workers 1
  lossclinic run train.py --robust 0.1:inf
  lossclinic run train.py -- --epochs 30

Everything after -- goes to the script.
"""


@click.command(epilog=EXAMPLES)
@options.target
@options.arguments
@options.budget("; the script itself gets half of it")
@options.out("report")
@options.fit("Examine only")
@options.skip_training
@options.seed("locked rows and all redraws")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Trainings at the same time.  [default: 2; with --ray, the CPUs of the cluster]",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Train on a Ray cluster: auto for the one this machine belongs to, or HOST:PORT of its head.",
)
@options.memory("the experiments, such as 2g; fewer rows and workers are used where it is short")
@options.min_gain("gain that counts as a fault; less is headroom")
@click.option(
    "--try",
    "tries",
    metavar="REMEDY",
    multiple=True,
    help="Put this remedy to the test even if nothing points at it; may be given several times.",
)
@click.option(
    "--robust",
    type=options.Written("eps", threat_of),
    metavar="EPS[:NORM]",
    help="Attack the network: inputs may move by EPS (0.1, 0.1:inf or 0.1:2, in their own units; or auto, a tenth of "
    "each column's deviation). Where it falls, harden it.",
)
@click.option(
    "--max-trials",
    metavar="N",
    type=click.IntRange(min=1),
    help="Count trainings instead of time: same case and seed, same report on any machine.",
)
@options.as_json("report.json")
@options.quiet
@click.pass_context
def run(
    ctx: click.Context,
    target: Path,
    arguments: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    quiet: bool,
    budget: float,
    max_trials: int | None,
    **asked: Any,
) -> None:
    """Examine TARGET, a training script or the folder of a captured case.

    The script runs unchanged, with its own arguments and output. The report, the diff, the repaired script and the
    repaired model are written to the folder of --out.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from lossclinic.reports.json import dump_json
    from lossclinic.reports.terminal import print_report
    from lossclinic.session import run_script

    if max_trials is not None and ctx.get_parameter_source("budget") is not ParameterSource.DEFAULT:
        raise click.UsageError("--max-trials counts trainings instead of time: give it or --budget, not both.", ctx)
    asked |= {"budget": budget, "max_trials": max_trials, "out": folder_of(ctx, target, out)}
    with followed(0.0 if max_trials else budget, as_json, quiet) as progress:
        report = run_script(target, arguments=arguments, progress=progress, **asked)
    show(ctx, report, as_json, dump_json, print_report)
