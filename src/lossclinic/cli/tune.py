"""`lossclinic tune`: better settings for a training, and what they are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from lossclinic.cli import options
from lossclinic.cli.frame import folder_of, followed, show

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
@options.target
@options.arguments
@click.option(
    "--method",
    type=click.Choice(["tpe", "gp", "random", "quasi-random", "grid"]),
    default="tpe",
    show_default=True,
    help="How settings are chosen; tpe and gp are Bayesian (gp needs PyTorch).",
)
@options.budget()
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
@options.out("result")
@options.fit("Tune")
@options.skip_training
@options.seed("rows, redraws, settings")
@options.workers
@options.memory("all trainings, such as 2g")
@options.as_json("JSON")
@options.quiet
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
    from lossclinic.reports.tuned import print_tuned
    from lossclinic.reports.tuned_json import dump_tuned
    from lossclinic.tuning import Question, tune_script

    if asked["trials"] is not None and ctx.get_parameter_source("budget") is not ParameterSource.DEFAULT:
        raise click.UsageError("--trials counts settings instead of time: give it or --budget, not both.", ctx)
    folder = folder_of(ctx, target, out)
    question = Question(folds=folds or 0, ranges=dict(ranges), **asked)
    with followed(0.0 if question.trials else budget, as_json, quiet) as progress:
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
    show(ctx, tuned, as_json, dump_tuned, print_tuned)
