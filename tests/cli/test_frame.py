from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lossclinic.cli.frame import stdout_on_stderr


def test_output_of_the_script_goes_to_standard_error_with_json():
    code = (
        "import subprocess, sys\n"
        "from lossclinic.cli.frame import stdout_on_stderr\n"
        "with stdout_on_stderr():\n"
        "    print('mine'); subprocess.run([sys.executable, '-c', 'print(\"child\")'])\n"
        "print('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "after\n"
    assert sorted(done.stderr.split()) == ["child", "mine"]


def test_standard_output_comes_back_after_a_failure():
    before = sys.stdout
    with pytest.raises(ValueError, match="inside"), stdout_on_stderr():
        raise ValueError("inside")
    assert sys.stdout is before
    os.fstat(1)
