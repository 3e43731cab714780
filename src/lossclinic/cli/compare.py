"""`lossclinic compare`: which of several trainings on the same rows is better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lossclinic.cli import options
from lossclinic.cli.failures import LOG_FOLDER
from lossclinic.cli.frame import followed, show

EXAMPLES = """\b
Examples:
  lossclinic compare a.py b.py
  lossclinic compare small.py large.py wide.py --budget 10m
  lossclinic compare a.py b.py --kfold 5
  lossclinic compare train.py                  all trainings of one script that differ
  lossclinic compare train.py --fit 1 --fit 3
  lossclinic compare a.py b.py --json > compared.json

\b
The scripts must train on the same rows, in the same order, with the same targets. How a script itself divides them
does not matter: which rows are held out is decided here, for all in the same way.

\b
Exit codes: 0 one is better, or they differ by nothing that matters; 1 that cannot be told, or interrupted; 2 usage,
or the rows or targets differ; 3 a script failed.
"""


@click.command(epilog=EXAMPLES)
@click.argument("targets", nargs=-1, required=True, type=options.PATH)
@click.option(
    "--kfold",
    "folds",
    metavar="K",
    type=click.IntRange(2, 20),
    help="Compare by K-fold cross-validation.  [default: repeated hold-out]",
)
@click.option(
    "--repeats",
    metavar="N",
    type=click.IntRange(min=1),
    help="Hold-outs, or with --kfold divisions into folds.  [default: as many as make 20 trainings of each]",
)
@options.min_gain("difference of the held-out loss that matters")
@options.budget("; each script itself gets half of its equal share")
@click.option(
    "--out",
    type=options.FOLDER,
    default=Path("lossclinic-report/compare"),
    show_default=True,
    help="Folder of the result.",
)
@click.option(
    "--fit",
    "fits",
    metavar="N",
    type=click.IntRange(min=1),
    multiple=True,
    help="Take the N-th training of every script; may be given several times.",
)
@click.option("--skip-training", is_flag=True, help="Capture the trainings without paying for the scripts' own runs.")
@options.seed("all draws of rows")
@options.workers
@options.memory("all trainings, such as 2g")
@options.as_json("JSON")
@options.quiet
@click.pass_context
def compare(
    ctx: click.Context,
    targets: tuple[Path, ...],
    folds: int | None,
    repeats: int | None,
    min_gain: float,
    budget: float,
    out: Path,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Find out which of several trainings is better, and whether that can be shown.

    TARGETS are training scripts, or folders of captured cases. Each is captured as `run` does it, and all are trained
    on the same draws of rows and seeds.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from lossclinic.reports.compared import print_compared
    from lossclinic.reports.compared_json import dump_compared
    from lossclinic.selection import Question, compare_scripts

    ctx.meta[LOG_FOLDER] = out
    question = Question(folds or 0, repeats, min_gain)
    with followed(budget, as_json, quiet) as progress:
        compared = compare_scripts(targets, question, budget=budget, out=out, progress=progress, **asked)
    show(ctx, compared, as_json, dump_compared, print_compared)
