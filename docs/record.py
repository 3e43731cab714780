"""Record the README's demo: run the command for real, draw what it printed, and take a picture of its report.

    python docs/record.py [SCRIPT]

Writes docs/demo.svg, and docs/report.png where Chromium is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
WIDTH = 100
CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1150"]


def main() -> None:
    """Run, draw, photograph."""
    script = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "examples" / "deep_sigmoid.py").resolve()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "KERAS_BACKEND": "jax"}
        command = [sys.executable, "-m", "lossclinic", "run", script.name, "--out", f"{folder}/report", "--quiet"]
        done = subprocess.run(command, cwd=script.parent, env=environment, capture_output=True, text=True, check=True)
        console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
        console.print(Text.from_ansi(f"$ lossclinic run {script.name}\n{done.stdout.replace(folder, '')}"))
        console.save_svg(str(HERE / "demo.svg"), title="lossclinic")
        chromium = shutil.which("chromium")
        if chromium:
            picture = f"--screenshot={HERE / 'report.png'}"
            profile = f"--user-data-dir={folder}/profile"
            page = f"file://{folder}/report/report.html"
            subprocess.run([chromium, *CHROMIUM_FLAGS, profile, picture, page], capture_output=True, check=True)


if __name__ == "__main__":
    main()
