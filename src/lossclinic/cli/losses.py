"""`lossclinic losses`: which loss is better by which yardstick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lossclinic.cli import options
from lossclinic.cli.frame import folder_of, followed, show

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
@options.target
@options.arguments
@options.budget()
@click.option(
    "--repeats",
    metavar="N",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Draws of held-out rows and seeds to compare on, as far as the budget goes.",
)
@options.out("result")
@options.fit("Compare for")
@options.skip_training
@options.seed("rows and redraws")
@options.workers
@options.memory("all trainings, such as 2g")
@options.as_json("JSON")
@options.quiet
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
    from lossclinic.loss_table import compare_losses
    from lossclinic.reports.loss_table import print_table
    from lossclinic.reports.loss_table_json import dump_table

    folder = folder_of(ctx, target, out)
    with followed(budget, as_json, quiet) as progress:
        table = compare_losses(target, budget=budget, out=folder, arguments=arguments, progress=progress, **asked)
    show(ctx, table, as_json, dump_table, print_table)
