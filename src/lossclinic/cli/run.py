"""`lossclinic run`: from a training script to a verified answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from lossclinic.cli.failures import LOG_FOLDER
from lossclinic.core.duration import parse_duration
from lossclinic.core.errors import UsageError
from lossclinic.core.size import parse_size
from lossclinic.core.threat import Threat, threat_of

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


class Duration(click.ParamType[float]):
    """A time such as 90s, 2m or 0.5h, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds, or a usage error."""
        try:
            return parse_duration(value)
        except UsageError as error:
            self.fail(f"{error.came} Expected {error.expected}.", param, ctx)


class Size(click.ParamType[int]):
    """An amount of memory such as 800m or 2g, in bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes, or a usage error."""
        try:
            return parse_size(value)
        except UsageError as error:
            self.fail(f"{error.came} Expected {error.expected}.", param, ctx)


class Robust(click.ParamType[Threat]):
    """How far inputs may be moved against a network, such as 0.1 or 0.1:2."""

    name = "eps"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Threat | None:
        """A threat, or a usage error."""
        try:
            return threat_of(value)
        except UsageError as error:
            self.fail(f"{error.came} Expected {error.expected}.", param, ctx)


@click.command(epilog=EXAMPLES)
@click.argument("target", type=click.Path(exists=True, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--budget",
    type=Duration(),
    default="2m",
    show_default=True,
    help="Time for everything: 90s, 2m, 1h; the script itself gets half of it.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report.  [default: lossclinic-report/NAME]",
)
@click.option("--fit", metavar="N", type=click.IntRange(min=1), help="Examine only the N-th training of the script.")
@click.option("--skip-training", is_flag=True, help="Capture the training without paying for the script's own run.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides locked rows and all redraws."
)
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
@click.option(
    "--memory",
    type=Size(),
    help="Memory for the experiments, such as 2g; fewer rows and workers are used where it is short.  "
    "[default: half of what is free]",
)
@click.option(
    "--min-gain",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.05,
    show_default=True,
    help="Smallest relative gain that counts as a fault; less is headroom.",
)
@click.option(
    "--try",
    "tries",
    metavar="REMEDY",
    multiple=True,
    help="Put this remedy to the test even if nothing points at it; may be given several times.",
)
@click.option(
    "--robust",
    type=Robust(),
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
@click.option("--json", "as_json", is_flag=True, help="Print report.json on standard output and nothing else there.")
@click.option("--quiet", is_flag=True, help="Print the answer, not the progress.")
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
    **options: Any,
) -> None:
    """Examine TARGET, a training script or the folder of a captured case.

    The script runs unchanged, with its own arguments and output. The report, the diff, the repaired script and the
    repaired model are written to the folder of --out.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from rich.console import Console

    from lossclinic.reports.json import dump_json
    from lossclinic.reports.live import LiveProgress
    from lossclinic.reports.terminal import print_report
    from lossclinic.session import run_script

    if max_trials is not None and ctx.get_parameter_source("budget") is not ParameterSource.DEFAULT:
        raise click.UsageError("--max-trials counts trainings instead of time: give it or --budget, not both.", ctx)
    folder = out or Path("lossclinic-report") / target.resolve().stem
    ctx.meta[LOG_FOLDER] = folder
    with (
        stdout_on_stderr() if as_json else nullcontext(),
        LiveProgress(Console(stderr=True), 0.0 if max_trials else budget, quiet=quiet) as progress,
    ):
        options |= {"budget": budget, "max_trials": max_trials, "out": folder}
        report = run_script(target, arguments=arguments, progress=progress, **options)
    if as_json:
        click.echo(dump_json(report), nl=False)
    else:
        print_report(report, Console())
    ctx.exit(report.exit_code)


@contextmanager
def stdout_on_stderr() -> Iterator[None]:
    """Send everything written to standard output, by this process or its children, to standard error."""
    sys.stdout.flush()
    kept, kept_stream = os.dup(1), sys.stdout
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = kept_stream
        os.dup2(kept, 1)
        os.close(kept)
