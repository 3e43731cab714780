"""Seconds that `lossclinic check` takes beside the script's own run: `python -m benchmarks.check`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = ("linear_neuron.py", "deep_sigmoid.py", "images_overfit.py")
ROUNDS = 3
MODEL = """
import sys
import keras
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.save(sys.argv[1])
"""
LOG = {"loss": [1 / epoch for epoch in range(1, 201)], "val_loss": [1 / epoch + 0.1 for epoch in range(1, 201)]}


def seconds(target: Path) -> tuple[float, float]:
    """Seconds of the script itself, and seconds beside it, the start of the command included; medians."""
    own: list[float] = []
    beside: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        command = [sys.executable, "-m", "lossclinic", "check", str(target), "--json", "--fail-on", "never"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        whole, told = time.perf_counter() - started, json.loads(done.stdout)
        own.append(told["script_s"])
        beside.append(whole - told["script_s"])
    return median(own), median(beside)


def main() -> None:
    """Print one table."""
    print("| target | the script itself, s | beside it, s | share |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        model, log = Path(folder) / "model.keras", Path(folder) / "history.json"
        subprocess.run([sys.executable, "-c", MODEL, str(model)], check=True, capture_output=True)
        log.write_text(json.dumps(LOG), encoding="utf-8")
        for target in (*(EXAMPLES / name for name in SCRIPTS), model, log):
            own, beside = seconds(target)
            share = f"{beside / own:.2f}" if own else ""
            print(f"| `{target.name}` | {f'{own:.1f}' if own else ''} | {beside:.1f} | {share} |", flush=True)


if __name__ == "__main__":
    main()
