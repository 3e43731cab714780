"""`lossclinic compare`: which of several trainings on the same rows is better."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from lossclinic.cli.failures import LOG_FOLDER
from lossclinic.cli.run import Duration, Size, stdout_on_stderr

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
@click.argument("targets", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
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
@click.option(
    "--min-gain",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.05,
    show_default=True,
    help="Smallest relative difference of the held-out loss that matters.",
)
@click.option(
    "--budget",
    type=Duration(),
    default="2m",
    show_default=True,
    help="Time for everything: 90s, 2m, 1h; each script itself gets half of its equal share.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
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
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides all draws of rows.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Trainings at the same time.")
@click.option("--memory", type=Size(), help="Memory for all trainings, such as 2g.  [default: half of what is free]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output and nothing else there.")
@click.option("--quiet", is_flag=True, help="Print the answer, not the progress.")
@click.pass_context
def compare(
    ctx: click.Context,
    targets: tuple[Path, ...],
    folds: int | None,
    repeats: int | None,
    min_gain: float,
    budget: float,
    out: Path,
    fits: tuple[int, ...],
    skip_training: bool,
    seed: int,
    workers: int,
    memory: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find out which of several trainings is better, and whether that can be shown.

    TARGETS are training scripts, or folders of captured cases. Each is captured as `run` does it, and all are trained
    on the same draws of rows and seeds.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from rich.console import Console

    from lossclinic.reports.compared import print_compared
    from lossclinic.reports.compared_json import dump_compared
    from lossclinic.reports.live import LiveProgress
    from lossclinic.selection import Question, compare_scripts

    ctx.meta[LOG_FOLDER] = out
    question = Question(folds or 0, repeats, min_gain)
    with (
        stdout_on_stderr() if as_json else nullcontext(),
        LiveProgress(Console(stderr=True), budget, quiet=quiet) as progress,
    ):
        compared = compare_scripts(
            targets,
            question,
            budget=budget,
            out=out,
            fits=fits,
            skip_training=skip_training,
            seed=seed,
            workers=workers,
            memory=memory,
            progress=progress,
        )
    if as_json:
        click.echo(dump_compared(compared), nl=False)
    else:
        print_compared(compared, Console())
    ctx.exit(compared.exit_code)
