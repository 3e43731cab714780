from __future__ import annotations

import io

from rich.console import Console

from lossclinic.reports.live import LiveProgress


def told(terminal, quiet=False):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=terminal)
    with LiveProgress(console, 60, quiet=quiet) as progress:
        progress.stage("Running train.py")
        progress.say("it has [two] fits")
        progress.stage("Screening 9 remedies")
        progress.step("adam at rate 0.01", 3, 30)
        progress.best("standardise-inputs, 62 %")
        progress.stage("Confirming")
    return stream.getvalue()


def test_a_pipe_gets_plain_lines():
    assert told(terminal=False).splitlines() == [
        "Running train.py",
        "  it has [two] fits",
        "Screening 9 remedies",
        "  best so far: standardise-inputs, 62 %",
        "Confirming",
    ]


def test_a_terminal_sees_what_is_being_tried_and_the_time_left():
    text = told(terminal=True)
    for part in ("3 of 30", "adam at rate 0.01", "62 %", "time left", "Confirming"):
        assert part in text


def test_nothing_is_drawn_while_the_script_itself_runs():
    stream = io.StringIO()
    with LiveProgress(Console(file=stream, force_terminal=True), 60) as progress:
        progress.stage("Running train.py")
        before = stream.getvalue()
    assert stream.getvalue() == before


def test_quiet_prints_nothing():
    assert told(terminal=False, quiet=True) == ""
    assert told(terminal=True, quiet=True) == ""
