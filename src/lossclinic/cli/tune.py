"""`lossclinic tune`: better settings for a training, and what they are worth."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from lossclinic.cli.failures import LOG_FOLDER
from lossclinic.cli.run import Duration, Size, stdout_on_stderr

EXAMPLES = """\b
Examples:
  lossclinic tune train.py
  lossclinic tune train.py --budget 10m --folds 5
  lossclinic tune train.py --method random --trials 200
  lossclinic tune train.py --range learning-rate=0.0001:0.1 --fix width --fix depth
  lossclinic tune train.py --compare optimizer
  lossclinic tune train.py --give-up hyperband
  lossclinic tune train.py --storage postgresql://me@host/tuning

\b
Parameters: optimizer, learning-rate, batch-size, width, depth, activation, dropout, l2, epochs. What each may become is
derived from the script; epochs is not sampled but read off as the best step of each training.

\b
Exit codes: 0 better settings were found and hold on rows that chose nothing, or yours are the best; 1 neither is known;
2 usage; 3 the script failed.
"""


class Range(click.ParamType[tuple[str, tuple[float, float]]]):
    """A range of one parameter's settings, such as learning-rate=0.0001:0.1."""

    name = "name=low:high"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[float, float]]:
        """The name and both ends, or a usage error."""
        if isinstance(value, tuple):
            return value
        name, _, ends = str(value).partition("=")
        low, _, high = ends.partition(":")
        try:
            return name, (float(low), float(high))
        except ValueError:
            self.fail(f"'{value}' is no range. Expected one such as learning-rate=0.0001:0.1.", param, ctx)


@click.command(epilog=EXAMPLES)
@click.argument("target", type=click.Path(exists=True, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--method",
    type=click.Choice(["tpe", "gp", "random", "quasi-random", "grid"]),
    default="tpe",
    show_default=True,
    help="How settings are chosen; tpe and gp are Bayesian (gp needs PyTorch).",
)
@click.option("--budget", type=Duration(), default="2m", show_default=True, help="Time for everything: 90s, 2m, 1h.")
@click.option("--trials", metavar="N", type=click.IntRange(min=1), help="Try N settings, instead of a budget in time.")
@click.option(
    "--repeats",
    metavar="N",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Draws of held-out rows and seeds that settings are scored on.",
)
@click.option(
    "--folds", metavar="K", type=click.IntRange(2, 20), help="Score by K-fold cross-validation, --repeats times."
)
@click.option(
    "--give-up",
    type=click.Choice(["none", "halving", "hyperband"]),
    default="none",
    show_default=True,
    help="Give settings up that do badly after few epochs.",
)
@click.option("--fix", "fixed", metavar="NAME", multiple=True, help="Leave this parameter as it is.")
@click.option("--range", "ranges", type=Range(), multiple=True, help="Search this parameter from LOW to HIGH.")
@click.option(
    "--compare",
    metavar="NAME",
    default="",
    help="Compare the values of this (scientific) parameter, all others (nuisance) tuned anew for each.",
)
@click.option(
    "--storage", metavar="URL", help="Database of the study, which several machines may share.  [default: SQLite]"
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the result.  [default: lossclinic-report/NAME]",
)
@click.option("--fit", metavar="N", type=click.IntRange(min=1), help="Tune the N-th training of the script.")
@click.option("--skip-training", is_flag=True, help="Capture the training without paying for the script's own run.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides rows, redraws, settings."
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Trainings at the same time.")
@click.option("--memory", type=Size(), help="Memory for all trainings, such as 2g.  [default: half of what is free]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output and nothing else there.")
@click.option("--quiet", is_flag=True, help="Print the answer, not the progress.")
@click.pass_context
def tune(
    ctx: click.Context,
    target: Path,
    arguments: tuple[str, ...],
    budget: float,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    fit: int | None,
    skip_training: bool,
    seed: int,
    workers: int,
    memory: int | None,
    ranges: tuple[tuple[str, tuple[float, float]], ...],
    folds: int | None,
    **asked: Any,
) -> None:
    """Find better settings for TARGET, a training script or the folder of a captured case.

    The script is captured as `run` does it. Settings are chosen on some rows; what they are worth is measured once, on
    rows that chose nothing.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from rich.console import Console

    from lossclinic.reports.live import LiveProgress
    from lossclinic.reports.tuned import print_tuned
    from lossclinic.reports.tuned_json import dump_tuned
    from lossclinic.tuning import Question, tune_script

    if asked["trials"] is not None and ctx.get_parameter_source("budget") is not ParameterSource.DEFAULT:
        raise click.UsageError("--trials counts settings instead of time: give it or --budget, not both.", ctx)
    folder = out or Path("lossclinic-report") / target.resolve().stem
    ctx.meta[LOG_FOLDER] = folder
    question = Question(folds=folds or 0, ranges=dict(ranges), **asked)
    with (
        stdout_on_stderr() if as_json else nullcontext(),
        LiveProgress(Console(stderr=True), 0.0 if question.trials else budget, quiet=quiet) as progress,
    ):
        tuned = tune_script(
            target,
            question,
            budget=budget,
            out=folder,
            fit=fit,
            skip_training=skip_training,
            seed=seed,
            workers=workers,
            memory=memory,
            arguments=arguments,
            progress=progress,
        )
    if as_json:
        click.echo(dump_tuned(tuned), nl=False)
    else:
        print_tuned(tuned, Console())
    ctx.exit(tuned.exit_code)
