"""The `lossclinic` command; only wires the commands together."""

from __future__ import annotations

import click

import lossclinic
from lossclinic.cli.check import check
from lossclinic.cli.compare import compare
from lossclinic.cli.explain import explain
from lossclinic.cli.failures import ReadableGroup
from lossclinic.cli.list import list_entries
from lossclinic.cli.losses import losses
from lossclinic.cli.run import run
from lossclinic.cli.tune import tune

EXAMPLES = """\b
Examples:
  lossclinic run train.py                     two minutes, the report in lossclinic-report/train
  lossclinic run train.py --budget 10m        more time, more certainty
  lossclinic check train.py                   a first look, in seconds, without experiments
  lossclinic tune train.py                    better settings, and what they are worth on rows that chose nothing
  lossclinic compare a.py b.py                which of two trainings is better, and whether that can be shown
  lossclinic losses train.py                  which loss is better by which yardstick
  lossclinic explain unscaled-inputs          what a cause is and how it is confirmed
  lossclinic list remedies                    everything that can be tried

\b
Exit codes: 0 nothing to fix, or repaired (check: nothing at or above --fail-on; tune: better settings found, or
yours are the best; compare: it could be told); 1 problems found and not repaired, or interrupted; 2 usage; 3 the
script failed; 70 a fault in lossclinic itself.
"""


@click.group(
    cls=ReadableGroup,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(lossclinic.__version__, prog_name="lossclinic")
def main() -> None:
    """Find out why a neural network's loss is not getting better, repair it, and prove the repair."""


main.add_command(run)
main.add_command(check)
main.add_command(tune)
main.add_command(compare)
main.add_command(losses)
main.add_command(explain)
main.add_command(list_entries)
