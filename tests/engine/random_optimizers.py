"""Every built-in optimizer and schedule, with the settings that they share drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossclinic.engine.backend import use_jax

keras = use_jax()
schedules = keras.optimizers.schedules

RATES: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("0.01", lambda: 0.01),
    ("0.003", lambda: 0.003),
    ("exponential", lambda: schedules.ExponentialDecay(0.02, 4, 0.6)),
    ("0.02", lambda: 0.02),
    ("staircase", lambda: schedules.ExponentialDecay(0.02, 3, 0.5, staircase=True)),
    ("steps", lambda: schedules.PiecewiseConstantDecay([3, 6], [0.02, 0.01, 0.002])),
    ("0.001", lambda: 0.001),
    ("polynomial", lambda: schedules.PolynomialDecay(0.02, 8, 0.001, power=2.0, cycle=True)),
    ("inverse", lambda: schedules.InverseTimeDecay(0.02, 2, 0.5)),
    ("0.005", lambda: 0.005),
    ("cosine", lambda: schedules.CosineDecay(0.001, 8, 0.1, warmup_target=0.02, warmup_steps=3)),
    ("restarts", lambda: schedules.CosineDecayRestarts(0.02, 3, 1.5, 0.8)),
)

Maker = Callable[[Any, dict[str, Any]], Any]


def _of(name: str, **own: Any) -> tuple[str, Maker]:
    return f"{name} {own}", lambda rate, shared: getattr(keras.optimizers, name)(rate, **{**own, **shared})


OPTIMIZERS: tuple[tuple[str, Maker], ...] = (
    _of("SGD"),
    _of("SGD", momentum=0.9),
    _of("SGD", momentum=0.8, nesterov=True, weight_decay=0.1),
    _of("Adam"),
    _of("Adam", amsgrad=True, beta_1=0.8, beta_2=0.95, epsilon=1e-4),
    _of("Adam", weight_decay=0.05),
    _of("AdamW", weight_decay=0.1),
    _of("Adamax"),
    _of("Nadam"),
    _of("RMSprop"),
    _of("RMSprop", rho=0.8, momentum=0.5, centered=True),
    _of("Adagrad", initial_accumulator_value=0.2),
    _of("Adadelta", rho=0.9),
    _of("Adafactor"),
    _of("Adafactor", relative_step=False, clip_threshold=0.5),
    _of("Ftrl", l1_regularization_strength=0.001, l2_regularization_strength=0.01, beta=0.1),
    _of("Lion", weight_decay=0.02),
    _of("Lamb"),
    _of("Muon"),
    _of("ScheduleFreeAdamW", warmup_steps=2),
)


def wrappings(rng: Any) -> dict[str, Any]:
    """Settings that every optimizer has: at most one way of clipping, averages, accumulation."""
    chosen: dict[str, Any] = {}
    if rng.random() < 0.4:
        chosen |= [{"clipnorm": 0.2}, {"clipvalue": 0.05}, {"global_clipnorm": 0.3}][rng.integers(3)]
    if rng.random() < 0.25:
        chosen |= {"use_ema": True, "ema_momentum": 0.7}
        chosen |= {"ema_overwrite_frequency": 3} if rng.random() < 0.5 else {}
    elif rng.random() < 0.25:
        chosen |= {"gradient_accumulation_steps": int(rng.integers(2, 4))}
    return chosen
