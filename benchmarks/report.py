"""Measure everything and write docs/benchmarks.md: `make bench`, about a quarter of an hour on a quiet machine."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PAGE = """# Speed and memory

`make bench` measures everything on this page in one run and writes it; ratios, not seconds, are what to compare.

{machine}

## One network

`fit` is given the rows that the engine trains on, and as validation rows those that the engine scores on. *Fresh*
counts building and compiling, as a script pays for them; *warm* trains a model once more that has trained before. The
engine trains networks of different seeds over two workers with one core each (`fit` may use all cores); its time for
one network contains redrawing rows and weights, and scores on training and held-out rows after every epoch. *With
compiling* is the mean of 128 networks, of which the first ones found an empty cache.

{networks}

The targets were, for the small MLPs: 12x against warm JAX, 30x with compiling against fresh fits; for 85k parameters:
6x with compiling; for the CNNs: .95x of the fastest warm `fit`, and 4x with compiling; for the LSTM: 5x with compiling.

The larger CNN is a little below its 4x: its time is arithmetic, and compiling is a small part of it. When the page was
last made, convolutional networks were still scored in larger blocks of rows, which cost the small CNN about a third.

{many}

The target was 300x for the small MLPs. What TensorFlow's `fit` costs for each epoch and each step decides this ratio:
it grows with the number of epochs and falls with the number of rows.

## Workers

The target was 1.7x. A single worker is not tied to a core, so XLA lends it the second one now and then.
That is why the CNNs are below it.

{workers}

## The machine's limit

How much of what plain matrix products of the same shapes reach on one core the whole training reaches, with its
activations, optimizer, scores and bookkeeping.

{limit}

## Two ways to train a convolutional network

*Fused*: all batches in one compiled program, the convolutions written as matrix products. *Stepped*: one compiled step,
called for each batch. They are timed once for each geometry of convolutions on a machine, and the faster one is taken.

{ways}

## A whole run

Digits, an MLP of 6k parameters with sigmoid layers and a learning rate far too low, from the script to the verified
repair, its own training and the repaired script's included. Targets: 60 s from a cold start, 15 s again.
The target was set for 12 remedies; this run tries more (see the table). About a quarter of the time is the script's own
two trainings, and most of the rest is compiling about thirty networks of different structure.

{loop}

## A look without experiments

`lossclinic check`, the start of the command included. Target: five seconds beside the script, for rows that fit into
the memory.

{check}

## Growth

One epoch of a dense network on one worker: twenty columns, two hidden layers of 64 units where nothing else is said,
batch 256.

{growth}

## Watching

What `lossclinic.Watch()` costs a fit. The same trained model is fitted with and without it in turn, 40 pairs; the ratio
is the median of the pairs, which differ by some hundredths: the time of the processor is the steadier one. The target
is 1.03. Beginning and ending a watch takes some milliseconds once, which shows in fits of a tenth of a second.

{watch}

## Screening

How arms are screened, and what other strategies would cost or lose: [screening](screening.md).
"""


def machine() -> str:
    """The machine and the software in one sentence."""
    names = ("keras", "jax", "tensorflow-cpu", "torch")
    found: list[str] = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"Measured on {date.today():%d %B %Y}: {psutil.cpu_count()} cores ({_processor()}), "
        f"{memory:.0f} GiB of memory, {platform.system()}, Python {platform.python_version()}, {', '.join(found)}."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def tables_of(module: str, *arguments: str) -> list[str]:
    """The tables that a module prints, each in a process of its own, so that none inherits another's settings."""
    print(f"python -m {module}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return [part.strip() for part in done.stdout.split("\n\n") if part.strip()]


def main(arguments: Sequence[str]) -> None:
    networks, many, workers, limit, ways = tables_of("benchmarks.engine")
    page = PAGE.format(
        machine=machine(), networks=networks, many=many, workers=workers, limit=limit, ways=ways,
        check="\n\n".join(tables_of("benchmarks.check")),
        loop="\n\n".join(tables_of("benchmarks.loop")), growth="\n\n".join(tables_of("benchmarks.growth", "--full")),
        watch="\n\n".join(tables_of("benchmarks.watch")),
    )  # fmt: skip
    Path(arguments[0] if arguments else "docs/benchmarks.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
