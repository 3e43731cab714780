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


def test_time_left_comes_from_the_trainings_so_far_and_never_exceeds_the_budget():
    progress = LiveProgress(Console(file=io.StringIO()), 600)
    now = progress._deadline - 600
    progress.stage("Screening 9 remedies")
    assert progress._left(now) == "at most 10 min in all"
    progress.step("training", 0, 30)
    progress._began = now
    progress.step("training", 10, 30)
    assert progress._left(now + 60) == "about 2 min for these, at most 9 min in all"
    assert progress._left(now + 590) == "about 10 s for these, at most 10 s in all"
    assert progress._left(now + 600) == "none: finishing"


def test_where_trainings_are_counted_no_time_is_promised_before_one_is_known():
    progress = LiveProgress(Console(file=io.StringIO()))
    progress.stage("Confirming")
    assert progress._left(progress._began + 5) == ""
    progress.step("training", 5, 10)
    assert progress._left(progress._began + 20) == "about 20 s for these"


def test_nothing_is_drawn_while_the_script_itself_runs():
    stream = io.StringIO()
    with LiveProgress(Console(file=stream, force_terminal=True), 60) as progress:
        progress.stage("Running train.py")
        before = stream.getvalue()
    assert stream.getvalue() == before


def test_quiet_prints_nothing():
    assert told(terminal=False, quiet=True) == ""
    assert told(terminal=True, quiet=True) == ""
