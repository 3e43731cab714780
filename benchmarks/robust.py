"""Adversarial training on handwritten digits: what stands under attack, trained as ever, with FGSM and with PGD.

    python -m benchmarks.robust             # the tables of docs/robust.md
    python -m benchmarks.robust --eps 0.5:2

Every network is trained by the engine on the rows of one seed, and attacked on that seed's held-out rows, as
`lossclinic run --robust EPS` does.
"""

from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.probe import Attack
from lossclinic.core.rows import Plan
from lossclinic.core.threat import Adversarial, Threat, threat_of
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.engine.attack import attack_one
from lossclinic.experiments.attack_checks import checks_of
from lossclinic.remedies.robustness.adversarial_training import STEPS

EPOCHS = 30
NAMES = {0: "as ever", 1: "FGSM", 7: "PGD, 7 steps"}


def digits(folder: Path) -> Case:
    """1,797 pictures of 8x8 grey values between 0 and 1, and a network with one hidden layer."""
    from sklearn.datasets import load_digits

    from lossclinic.engine.backend import use_jax
    from lossclinic.intake.model import capture_model

    keras = use_jax()
    x, y = load_digits(return_X_y=True)
    layers = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((64,)), *layers])
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    settings = {"validation_split": 0.2, "batch_size": 32, "epochs": EPOCHS}
    return capture_model(model, x / 16, y, **settings, max_bytes=2**30, folder=folder)


def attacks_on(case: Case, threat: Threat, steps: int, seeds: int) -> list[Attack]:
    """Attacks on one way to train, one for each seed."""
    recipe = replace(case.recipe, adversarial=Adversarial(threat, steps) if steps else None)
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y))
    found = [attack_one(case, Plan(), yardstick, threat, recipe, seed) for seed in range(seeds)]
    return [Attack.from_plain(values) for values in found if values]


def table(threat: Threat, ways: dict[int, list[Attack]]) -> str:
    """Share of rows that are answered right, for each size of attack and way to train, as Markdown."""
    lines = [f"| moved by | {' | '.join(NAMES[steps] for steps in ways)} |", "|---|" + "---|" * len(ways)]
    for index, strength in enumerate(next(iter(ways.values()))[0].sweep):
        cells = [_cell([attack.sweep[index].right for attack in found]) for found in ways.values()]
        lines.append(f"| {strength.factor * threat.size:g} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(rights: Sequence[float]) -> str:
    spread = np.std(rights, ddof=1) / math.sqrt(len(rights)) if len(rights) > 1 else 0.0
    return f"{100 * np.mean(rights):.0f} ± {100 * spread:.0f} %"


@click.command()
@click.option("--eps", "sizes", multiple=True, default=("0.1", "0.3"), show_default=True)
@click.option("--seeds", default=5, show_default=True)
def main(sizes: tuple[str, ...], seeds: int) -> None:
    """Print a table for each size of attack, and what the attack's own tests say."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        case = digits(Path(folder) / "1")
        for size in sizes:
            threat = threat_of(size)
            assert threat is not None
            ways = {steps: attacks_on(case, threat, steps, seeds) for steps in (0, *STEPS)}
            click.echo(f"\n{threat.words[:1].upper()}{threat.words[1:]}:\n\n{table(threat, ways)}\n")
            for check in checks_of([(NAMES[steps], found) for steps, found in ways.items()]):
                click.echo(f"- {check.title} {check.outcome}. {check.text}.")


if __name__ == "__main__":
    main()
