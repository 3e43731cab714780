"""`lossclinic check`: a look without experiments, for pipelines."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import get_args

import click

from lossclinic.cli import options
from lossclinic.cli.frame import show, stdout_on_stderr
from lossclinic.core.checkup import FailOn

EXAMPLES = """\b
Examples:
  lossclinic check train.py                       the script is run, then looked at
  lossclinic check train.py --skip-training       without its training: data, model, loss
  lossclinic check train.py --sarif lossclinic.sarif --fail-on medium
  lossclinic check model.keras                    architecture, output and loss of a saved model
  lossclinic check history.csv                    a log of CSVLogger, or a History's dict as JSON
  lossclinic check logs/                          what the TensorBoard callback wrote
  lossclinic check train.py -- --epochs 3

Everything after -- goes to the script.

\b
Levels: high is what is certain and grave (a loss that does not go with the output, gaps in the rows); a suspicion
that no experiment has tested is medium at most.
Exit codes: 0 nothing at or above --fail-on; 1 something is; 2 usage; 3 the script never came to a training.
"""


@click.command(epilog=EXAMPLES)
@options.target
@options.arguments
@click.option(
    "--fail-on",
    type=click.Choice(get_args(FailOn)),
    default="high",
    show_default=True,
    help="Exit with 1 where something counts for this level or more.",
)
@options.fit("Look only at")
@options.skip_training
@click.option(
    "--timeout", type=options.DURATION, help="End the script after this time, and look at what it showed by then."
)
@options.as_json("JSON")
@click.option("--sarif", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write SARIF 2.1.0.")
@click.pass_context
def check(
    ctx: click.Context,
    target: Path,
    arguments: tuple[str, ...],
    fail_on: str,
    fit: int | None,
    skip_training: bool,
    timeout: float | None,
    as_json: bool,
    sarif: Path | None,
) -> None:
    """Look at TARGET without any experiment, in seconds.

    TARGET is a training script (it is run), a saved .keras model, a log of losses (csv, JSON, TensorBoard), or the
    folder of a captured case.
    """
    # These take a while to import, which --help and usage errors should not pay for.
    from lossclinic import observation
    from lossclinic.reports.checkup import print_checkup
    from lossclinic.reports.checkup_json import dump_checkup
    from lossclinic.reports.sarif import write_sarif

    with stdout_on_stderr() if as_json else nullcontext():
        checkup = observation.check(
            target, fail_on=fail_on, fit=fit, skip_training=skip_training, timeout=timeout, arguments=arguments
        )
        if sarif is not None:
            write_sarif(checkup, sarif, Path.cwd())
    show(ctx, checkup, as_json, dump_checkup, print_checkup)
