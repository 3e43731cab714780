"""What can be tuned in a recipe: for each dimension the range that its present value suggests, or why it stays.

The changes are those of the remedies, so whatever tuning finds can be said in words and written into the script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.dropout import DROPOUTS
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Scheduled
from lossclinic.remedies.architecture._activations import exchange_activations, is_dense_or_convolution
from lossclinic.remedies.architecture._chains import dense_blocks
from lossclinic.remedies.architecture._widths import free_layers, with_sizes
from lossclinic.remedies.architecture.deepen import deepened
from lossclinic.remedies.architecture.narrow import FEWEST_UNITS
from lossclinic.remedies.architecture.remove_layers import kept_blocks
from lossclinic.remedies.architecture.widen import MOST_FILTERS, MOST_UNITS
from lossclinic.remedies.optimisation._optimizers import exchange_optimizer
from lossclinic.remedies.optimisation.adam import KIN
from lossclinic.remedies.optimisation.momentum import MOMENTUM
from lossclinic.remedies.regularisation._penalties import KEY
from lossclinic.remedies.regularisation.dropout import with_dropout
from lossclinic.tuning.dimension import Dimension, Value

RATE_FACTOR = 30.0
USUAL_RATES = (0.001, 0.01)
"""Keras' defaults of Adam and of SGD: whatever the script's own rate, the range reaches thirty times beyond both."""
WITH_MOMENTUM = f"SGD, momentum {MOMENTUM:g}"
BATCHES = (-3, 3)
FEWEST_IN_BATCH, MOST_IN_BATCH = 8, 1024
FEWEST_UPDATES = 4
"""Updates in one epoch, at least: with fewer, an epoch hardly moves anything."""
WIDTHS = (-2, 2)
FEWEST_BLOCKS, MOST_ADDED = 2, 2
ACTIVATIONS = ("relu", "elu", "tanh")
HIGHEST_DROPOUT, LEAST_DROPOUT = 0.6, 0.05
LOWEST_L2, LEAST_L2, HIGHEST_L2 = 1e-6, 1e-5, 3e-2
"""From the lowest to the least, or below the least dropout, there is none: a sampler needs room for "none"."""
PRETRAINED = "the training starts from weights that the script gives"


def learning_rate(recipe: Recipe, rows: int) -> Dimension:
    """The constant learning rate, over its logarithm."""
    if recipe.learning_rate is None or (isinstance(recipe.pace, Scheduled) and recipe.pace.own):
        raise NotApplicable("a schedule of the script's decides it")
    now = recipe.learning_rate
    return Dimension(
        "learning-rate",
        "float",
        now,
        lambda recipe, setting: recipe.with_learning_rate(float(setting)),
        low=_round(min(now, *USUAL_RATES) / RATE_FACTOR),
        high=_round(max(now, *USUAL_RATES) * RATE_FACTOR),
        log=True,
        shown=_rounded,
    )


def batch_size(recipe: Recipe, rows: int) -> Dimension:
    """Powers of two times the batch size, with at least four updates in one epoch."""
    now = recipe.batch_size
    most = min(MOST_IN_BATCH, rows // FEWEST_UPDATES)
    steps = [k for k in range(*_closed(BATCHES)) if k == 0 or FEWEST_IN_BATCH <= now * 2.0**k <= most]
    low, high = _unbroken(steps)
    if low == high:
        raise NotApplicable(f"a batch of {now} of {rows} rows has no room to become smaller or larger")
    return Dimension(
        "batch-size",
        "int",
        0,
        lambda recipe, setting: replace(recipe, batch_size=int(setting)),
        low=low,
        high=high,
        structural=True,
        shown=lambda point: max(round(now * 2.0 ** int(point)), 1),
    )


def width(recipe: Recipe, rows: int) -> Dimension:
    """Units of the widest hidden layer, in powers of two times what they are; the others grow and shrink with it."""
    free = free_layers(recipe.model) if architecture.rewritable(recipe.model) else frozenset[str]()
    layers = [layer for layer in architecture.hidden_layers(recipe.model) if layer.name in free]
    if not layers or recipe.initial == "given":
        raise NotApplicable(PRETRAINED if layers else "no hidden layer can change its width")
    widest = max(layers, key=lambda layer: layer.units or 0)
    own = widest.units or 1

    def change(recipe: Recipe, setting: Value) -> Recipe:
        factor = float(setting) / own
        return replace(recipe, model=with_sizes(recipe.model, layers, lambda layer: _scaled(layer, factor)))

    def shown(point: Value) -> int:
        return _scaled(widest, 2.0 ** int(point))

    low, high = _unbroken([k for k in range(*_closed(WIDTHS)) if k == 0 or shown(k) != shown(k - (1 if k > 0 else -1))])
    if low == high:
        raise NotApplicable("the hidden layers are as narrow and as wide as they can be")
    return Dimension("width", "int", 0, change, low=low, high=high, structural=True, shown=shown)


def _scaled(layer: architecture.Layer, factor: float) -> int:
    """Units of a layer times a factor, within what makes sense for its kind."""
    now, most = layer.units or 1, MOST_UNITS if "units" in layer.config else MOST_FILTERS
    return min(max(round(now * factor), min(now, FEWEST_UNITS)), max(now, most))


def depth(recipe: Recipe, rows: int) -> Dimension:
    """The number of hidden layers: up to two more in front of the output, or fewer where they follow each other."""
    if recipe.initial == "given":
        raise NotApplicable(PRETRAINED)
    deepened(recipe.model)
    now, blocks = len(architecture.hidden_layers(recipe.model)), len(dense_blocks(recipe.model))
    fewest = now - max(blocks - FEWEST_BLOCKS, 0)

    def change(recipe: Recipe, setting: Value) -> Recipe:
        model, wanted = recipe.model, int(setting)
        if wanted < now:
            model = kept_blocks(model, dense_blocks(model), blocks - (now - wanted))
        for _ in range(wanted - now):
            model = deepened(model)
        return replace(recipe, model=model)

    return Dimension(
        "depth", "int", now, change, low=fewest, high=now + MOST_ADDED, structural=True, opens=(False, True)
    )


def activation(recipe: Recipe, rows: int) -> Dimension:
    """What hidden Dense and convolution layers apply."""
    if recipe.initial == "given":
        raise NotApplicable(PRETRAINED)
    hidden = architecture.hidden_layers(recipe.model)
    present = frozenset(architecture.hidden_activations(recipe.model))
    if not any(map(is_dense_or_convolution, hidden)) or not present:
        raise NotApplicable("there is no hidden Dense or convolution layer")
    now = " and ".join(sorted(present))
    others = [name for name in ACTIVATIONS if name != now]
    exchange_activations(recipe, others[0], present)
    return Dimension(
        "activation",
        "name",
        now,
        lambda recipe, setting: exchange_activations(recipe, str(setting), present)[0],
        names=(now, *others),
        structural=True,
    )


def optimizer(recipe: Recipe, rows: int) -> Dimension:
    """SGD with momentum, Adam or RMSprop instead of the script's optimizer."""
    if recipe.learning_rate is None:
        raise NotApplicable("it follows a schedule of the script's")
    name, config = str(recipe.optimizer["class_name"]), cast("Json", recipe.optimizer["config"])
    momentum = float(config.get("momentum") or 0.0)
    now = f"{name}, momentum {momentum:g}" if momentum else name
    others = [other for other in (WITH_MOMENTUM, "RMSprop", "Adam") if other not in (now, name)]
    if name in KIN:
        others.remove("Adam")

    def change(recipe: Recipe, setting: Value) -> Recipe:
        if setting != WITH_MOMENTUM:
            return exchange_optimizer(recipe, str(setting), (USUAL_RATES[0],))[0]
        if name != "SGD":
            recipe = exchange_optimizer(recipe, "SGD", (USUAL_RATES[1],))[0]
        config = {**recipe.optimizer["config"], "momentum": MOMENTUM}
        return replace(recipe, optimizer={**recipe.optimizer, "config": config})

    return Dimension("optimizer", "name", now, change, names=(now, *others), structural=True)


def dropout(recipe: Recipe, rows: int) -> Dimension:
    """One rate for all dropout layers, which stand behind every hidden layer where the script has none."""
    if not architecture.rewritable(recipe.model):
        raise NotApplicable("the model is a class of its own, so layers cannot be added")
    if with_dropout(recipe.model, HIGHEST_DROPOUT) == recipe.model and not _dropouts(recipe):
        raise NotApplicable("there is no hidden layer for it to stand behind")
    rates = [float(layer.config["rate"]) for layer in _dropouts(recipe)]
    now = max(rates, default=0.0)

    def change(recipe: Recipe, setting: Value) -> Recipe:
        rate, model, own = float(setting), recipe.model, _dropouts(recipe)
        for layer in own:
            model = (
                architecture.with_config(model, layer.name, rate=rate)
                if rate
                else architecture.remove(model, layer.name)
            )
        return replace(recipe, model=model if own or not rate else with_dropout(model, rate))

    def shown(point: Value) -> Value:
        if point == now:
            return now
        return round(float(point), 2) if float(point) >= LEAST_DROPOUT else 0.0

    high = max(HIGHEST_DROPOUT, now)
    return Dimension("dropout", "float", now, change, low=0.0, high=high, opens=(False, True), shown=shown)


def l2(recipe: Recipe, rows: int) -> Dimension:
    """One factor for the squares of all hidden kernels, over its logarithm."""
    carriers = _penalised(recipe)
    penalties = [cast("Json | None", layer.config.get(KEY)) for layer in carriers]
    if any(penalty and penalty.get("class_name") != "L2" for penalty in penalties):
        raise NotApplicable("a kernel carries a penalty of another kind already")
    if not carriers:
        raise NotApplicable("there is no kernel to penalise")
    strengths = [float(penalty["config"].get("l2") or 0.0) for penalty in penalties if penalty]
    now = max(strengths, default=0.0)

    def change(recipe: Recipe, setting: Value) -> Recipe:
        model = recipe.model
        for layer in _penalised(recipe):
            if not strengths or layer.config.get(KEY):
                model = architecture.with_config(model, layer.name, **{KEY: _penalty(float(setting))})
        return replace(recipe, model=model)

    low, high = min(LOWEST_L2, now or 1.0), max(HIGHEST_L2, now)

    def shown(point: Value) -> Value:
        if now and point == now:
            return now
        return _round(float(point)) if float(point) >= LEAST_L2 else 0.0

    return Dimension("l2", "float", now or low, change, low=low, high=high, log=True, opens=(False, True), shown=shown)


def _dropouts(recipe: Recipe) -> list[architecture.Layer]:
    layers = architecture.layers(recipe.model)
    return [layer for layer in layers if layer.class_name in DROPOUTS and "rate" in layer.config]


def _penalised(recipe: Recipe) -> list[architecture.Layer]:
    """The layers whose kernels a penalty belongs on, as the remedy has it."""
    hidden = architecture.hidden_layers(recipe.model) or (architecture.output_layer(recipe.model),)
    return [layer for layer in hidden if "kernel_initializer" in layer.config]


def _penalty(strength: float) -> Json | None:
    if not strength:
        return None
    config = {"l2": strength}
    return {"module": "keras.regularizers", "class_name": "L2", "config": config, "registered_name": None}


def _round(value: float) -> float:
    return float(f"{value:.2g}")


def _rounded(point: Value) -> Value:
    return float(f"{float(point):.3g}")


def _closed(ends: tuple[int, int]) -> tuple[int, int]:
    return ends[0], ends[1] + 1


def _unbroken(steps: list[int]) -> tuple[int, int]:
    """The ends of the run of whole steps that holds 0."""
    low = high = 0
    while low - 1 in steps:
        low -= 1
    while high + 1 in steps:
        high += 1
    return low, high


DIMENSIONS: Mapping[str, Callable[[Recipe, int], Dimension]] = {
    # In the order in which their changes go together: a rate belongs to its optimizer, new layers are as wide as the
    # others, and every layer that is there in the end gets dropout and penalty.
    "optimizer": optimizer,
    "learning-rate": learning_rate,
    "batch-size": batch_size,
    "width": width,
    "depth": depth,
    "activation": activation,
    "dropout": dropout,
    "l2": l2,
}
"""Name → dimension, in the order of application."""
EPOCHS = "epochs"
"""Not sampled: the best step of every training says how many epochs its settings want."""
