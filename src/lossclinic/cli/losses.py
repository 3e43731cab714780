"""`lossclinic losses`: which loss is better by which yardstick."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from lossclinic.cli.failures import LOG_FOLDER
from lossclinic.cli.run import Duration, Size, stdout_on_stderr

EXAMPLES = """\b
Examples:
  lossclinic losses train.py
  lossclinic losses train.py --budget 10m
  lossclinic losses train.py --repeats 20 --budget 30m
  lossclinic losses train.py --json > losses.json
  lossclinic losses lossclinic-report/train --fit 2
  lossclinic losses train.py -- --data rows.csv

\b
Exit codes: 0 every loss was compared; 1 the budget was too small, or interrupted; 2 usage; 3 the script failed.
"""


@click.command(epilog=EXAMPLES)
@click.argument("target", type=click.Path(exists=True, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--budget", type=Duration(), default="2m", show_default=True, help="Time for everything: 90s, 2m, 1h.")
@click.option(
    "--repeats",
    metavar="N",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Draws of held-out rows and seeds to compare on, as far as the budget goes.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the result.  [default: lossclinic-report/NAME]",
)
@click.option("--fit", metavar="N", type=click.IntRange(min=1), help="Compare for the N-th training of the script.")
@click.option("--skip-training", is_flag=True, help="Capture the training without paying for the script's own run.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides rows and redraws.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Trainings at the same time.")
@click.option("--memory", type=Size(), help="Memory for all trainings, such as 2g.  [default: half of what is free]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output and nothing else there.")
@click.option("--quiet", is_flag=True, help="Print the answer, not the progress.")
@click.pass_context
def losses(
    ctx: click.Context,
    target: Path,
    arguments: tuple[str, ...],
    budget: float,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Compare the losses that TARGET, a training script or the folder of a captured case, can be trained with.

    Every loss is trained at the learning rate that suits it, on the same rows and seeds, and scored by every yardstick
    of the task on held-out rows. Ctrl-C leaves the table of what was trained by then.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from rich.console import Console

    from lossclinic.loss_table import compare_losses
    from lossclinic.reports.live import LiveProgress
    from lossclinic.reports.loss_table import print_table
    from lossclinic.reports.loss_table_json import dump_table

    folder = out or Path("lossclinic-report") / target.resolve().stem
    ctx.meta[LOG_FOLDER] = folder
    with (
        stdout_on_stderr() if as_json else nullcontext(),
        LiveProgress(Console(stderr=True), budget, quiet=quiet) as progress,
    ):
        table = compare_losses(target, budget=budget, out=folder, arguments=arguments, progress=progress, **asked)
    if as_json:
        click.echo(dump_table(table), nl=False)
    else:
        print_table(table, Console())
    ctx.exit(table.exit_code)
