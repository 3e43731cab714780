"""Which of the two ways a structure is trained."""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any, Literal

from lossclinic.core.canonical import Json, content_hash
from lossclinic.engine.backend import cache_folder

Path = Literal["fused", "stepped"]
PATHS: tuple[Path, ...] = ("fused", "stepped")
REWRITTEN = ("Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
"""Convolutions that `engine.windows` can put into a loop."""
GEOMETRY = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "depth_multiplier")
TIMED_STEPS = 4
TIMED_ROUNDS = 3


def choose_path(model: Json, batch: tuple[int, ...], seconds: Callable[[Path], float]) -> Path:
    """Pick the faster way; both give the same numbers, up to rounding.

    "fused": epochs and batches in one compiled program, which spares the cost of every call. "stepped": one compiled
    step, called for each batch. Without convolutions the first is never slower. A convolution inside a compiled loop
    must become a matrix product, which pays off for small ones only: so the two are timed, once for each geometry of
    convolutions on a machine. The choice is kept in the cache folder, so that all workers, and later runs, agree on it.

    Args:
        model: plain data of the model.
        batch: shape of the inputs of one batch.
        seconds: measures one step of a way.
    """
    found = [layer for layer in _layers(model) if "Conv" in layer["class_name"]]
    if not found:
        return "fused"
    if any(layer["class_name"] not in REWRITTEN or layer["config"].get("groups", 1) != 1 for layer in found):
        return "stepped"
    geometry = [(layer["class_name"], *(layer["config"].get(key) for key in GEOMETRY)) for layer in found]
    key = content_hash((geometry, batch, platform.processor(), version("jax"), os.environ.get("XLA_FLAGS", "")))
    return _agreed(key, lambda: min(PATHS, key=seconds))


def _agreed(key: str, choose: Callable[[], Path]) -> Path:
    """The choice made before, by whatever process was first, or a new one."""
    file = cache_folder() / "paths" / key
    with contextlib.suppress(OSError):
        return _read(file.read_text())
    made = choose()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        own = file.with_suffix(f".{os.getpid()}")
        own.write_text(made)
        try:
            os.link(own, file)  # fails where another process was faster; its choice holds
        finally:
            own.unlink()
    except FileExistsError:
        return _read(file.read_text())
    except OSError:
        pass
    return made


def _read(text: str) -> Path:
    return "fused" if text == "fused" else "stepped"


def _layers(value: Any) -> Iterator[dict[str, Any]]:
    """Every layer in a model's plain data, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str) and isinstance(value.get("config"), dict):
            yield value
        for item in value.values():
            yield from _layers(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _layers(item)


def step_seconds(step: Callable[..., Any], path: Path, state: Any, rows: tuple[Any, ...]) -> float:
    """Seconds of one step of a way, compiled before."""
    import jax

    def loop(steps: int, state: Any, *rows: Any) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, state: step(state, *rows)[0], state)

    def one_by_one(steps: int, state: Any, *rows: Any) -> Any:
        for _ in range(steps):
            state = once(state, *rows)[0]
        return state

    once = jax.jit(step)
    run = jax.jit(loop) if path == "fused" else one_by_one
    jax.block_until_ready(run(1, state, *rows))
    taken: list[float] = []
    for _ in range(TIMED_ROUNDS):
        started = time.perf_counter()
        jax.block_until_ready(run(TIMED_STEPS, state, *rows))
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) / TIMED_STEPS
