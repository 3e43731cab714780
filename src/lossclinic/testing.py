"""The contract battery: what every cause and every remedy must keep, wherever it is written.

Call `check_remedy` and `check_cause` from your own tests; they raise `AssertionError` with a sentence. The project
runs them over everything it discovers.
"""

from __future__ import annotations

import copy
import inspect
import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from lossclinic.core import architecture, catalogue
from lossclinic.core.canonical import Json, canonical_json
from lossclinic.core.case import Case, Data
from lossclinic.core.catalogue import DOC_HEADINGS, Cause, Evidence, Remedy
from lossclinic.core.decision import Figures
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import Finding
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.rows import Plan
from lossclinic.core.task import infer_task
from lossclinic.core.threat import Threat
from lossclinic.engine.model import make_loss

IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PHRASE = re.compile(r".*[^.]")
STATUSES = {"confirmed", "observed", "suspected", "refuted", "clear", "untestable"}
MOST_STRENGTHS = 7
FEWEST_WORDS = 3
MODEL_FREE = {
    "inputs": "inputs",
    "labels": "labels",
    "suspects": "drop_suspects",
    "copies": "drop_copies",
    "threshold": "threshold",
    "target-shape": "flat_targets",
    "targets": "standardise_targets",
    "log-targets": "log_targets",
    "resampling": "resampling",
    "augmentation": "augmentation",
    "mixup": "mixup",
    "sharpness": "sharpness",
    "ensemble": "members",
    "adversarial": "adversarial",
    "split": "split",
    "stop": "stop",
    "initial-weights": "initial",
    "loss": "loss",
}
"""Kind of a change → the field of the recipe that it replaces as a whole."""


def check_remedy(remedy: Remedy, cases: Mapping[str, Case] | None = None, **evidence: Any) -> None:
    """Check one remedy against its contract.

    It must leave its argument alone, return changed recipes whose difference is named in full, keep the model
    loadable in Keras, fed with rows as its preparation makes them, and of the same output shape (unless its safety is
    "changes-meaning"), go together with every other remedy,
    and refuse with a sentence. It must apply to at least one of the cases.

    Args:
        remedy: the remedy.
        cases: what to try it on; `example_cases()` if not given.
        **evidence: measurements that it asks for beside `learning_rates`, `gradient_noise`, `decision_threshold`,
            `threat` and what follows without training from `case`, `recipe` and `plan`.

    Raises:
        AssertionError: the contract is broken; the message says how.
    """
    assert IDENTIFIER.fullmatch(remedy.id), f"the id '{remedy.id}' is not lower-case words with hyphens"
    assert PHRASE.fullmatch(remedy.title), f"{remedy.id}: the title is a phrase without a full stop"
    applied = False
    for name, case in (example_cases() if cases is None else cases).items():
        here = f"{remedy.id} on '{name}'"
        strengths = _treat(remedy, case, case.recipe, here, evidence)
        for treated in strengths:
            _check_treated(remedy, case, treated, here)
        for treated in strengths[:1]:
            applied = True
            _check_composition(case, treated, here, evidence)
    assert applied, f"{remedy.id} applies to none of the cases, so nothing was checked; pass a case it is meant for"


def check_cause(cause: Cause, *evidence: Mapping[str, Any]) -> None:
    """Check one cause against its contract.

    Its file must carry the fixed headings, its remedies must exist, and `examine` must ask by argument name. With
    evidence given, `examine` must return the same `Finding` twice.

    Args:
        cause: the cause.
        *evidence: for each call to try, the values that `examine` asks for, by name.

    Raises:
        AssertionError: the contract is broken; the message says how.
    """
    assert IDENTIFIER.fullmatch(cause.id), f"the id '{cause.id}' is not lower-case words with hyphens"
    assert PHRASE.fullmatch(cause.title), f"{cause.id}: the title is a phrase without a full stop"
    doc = cause.doc or inspect.cleandoc(sys.modules[cause.examine.__module__].__doc__ or "")
    missing = [heading for heading in DOC_HEADINGS if f"{heading}\n{'-' * len(heading)}" not in doc]
    assert not missing, f"{cause.id}: the docstring lacks the underlined headings {missing}"
    unknown = [name for name in cause.remedies if name not in catalogue.remedies()]
    assert not unknown, f"{cause.id} names remedies that do not exist: {unknown}"
    for given in evidence:
        if cause.glance is not None and Evidence(given).suffices(cause.glance):
            glimpsed = Evidence(given).call(cause.glance)
            _check_finding(cause, glimpsed)
            assert glimpsed.status != "confirmed", f"{cause.id}: a glance confirms nothing"
        values = {name: given[name] for name in cause.requires}
        first, second = cause.examine(**values), cause.examine(**values)
        assert first == second, f"{cause.id}: examine gave two findings for the same evidence"
        _check_finding(cause, first)


def _check_finding(cause: Cause, finding: Finding) -> None:
    assert finding.cause == cause.id, f"{cause.id}: the finding is about '{finding.cause}'"
    assert finding.status in STATUSES, f"{cause.id}: '{finding.status}' is no status"
    for name in ("severity", "confidence"):
        assert 0 <= getattr(finding, name) <= 1, f"{cause.id}: {name} {getattr(finding, name)} is outside 0 … 1"
    spoken = finding.reason or finding.evidence or finding.status == "clear"
    assert spoken, f"{cause.id}: a finding that is {finding.status} needs a reason or evidence"
    unknown = [name for name in finding.remedies if name not in catalogue.remedies()]
    assert not unknown, f"{cause.id} proposes remedies that do not exist: {unknown}"


def _treat(remedy: Remedy, case: Case, recipe: Recipe, here: str, evidence: Mapping[str, Any]) -> tuple[Recipe, ...]:
    """What the remedy makes of a recipe; nothing where it refuses with a sentence."""
    sweep = SimpleNamespace(best_rate=0.02, rates=(0.002, 0.02, 0.2))
    noise = SimpleNamespace(scale=4.0)
    given: dict[str, Any] = {"case": case, "recipe": recipe, "plan": Plan()}
    cut = Figures("balanced accuracy", (0.7, 0.7), (0.8, 0.8), 0.5, 0.2)
    given |= {"learning_rates": sweep, "gradient_noise": noise, "decision_threshold": cut}
    given |= {"threat": Threat(0.1), **evidence}
    before = canonical_json(recipe)
    refusal: str | None = None
    try:
        results = Evidence(given).call(remedy.apply)
    except NotApplicable as error:
        refusal, results = str(error), ()
    assert refusal is None or len(refusal.split()) >= FEWEST_WORDS, f"{here}: refuses without a sentence ('{refusal}')"
    assert isinstance(results, tuple), f"{here}: apply returns a tuple of recipes"
    assert results or refusal is not None, f"{here}: no recipe came back; NotApplicable is the way to refuse"
    assert len(results) <= MOST_STRENGTHS, f"{here}: {len(results)} strengths are more than {MOST_STRENGTHS}"
    assert len({result.key for result in results}) == len(results), f"{here}: two strengths are the same recipe"
    assert canonical_json(recipe) == before, f"{here}: apply changed the recipe it was given"
    return results


def _check_treated(remedy: Remedy, case: Case, after: Recipe, here: str) -> None:
    before = case.recipe
    changes = before.diff(after)
    assert changes, f"{here}: the recipe is the same as before"
    assert _replay(before, after) == _contents(after), f"{here}: the difference does not name every change"
    old, new = _shapes(canonical_json(before.model)), _shapes(canonical_json(after.model))
    raw = case.data.x[: case.data.n_train]
    fed = (
        prepare(fit_inputs(after.inputs, raw, case.data.y[: len(raw)]), raw[:1]).shape[1:]
        if before.inputs != after.inputs
        else old[0][1:]
    )
    assert new[0][1:] == fed, f"{here}: the model takes rows of shape {new[0][1:]}, but they have shape {fed}"
    assert new[1] == old[1] or remedy.safety == "changes-meaning", f"{here}: the output {old[1]} became {new[1]}"
    _check_loads(after, here)


def _check_composition(case: Case, treated: Recipe, here: str, evidence: Mapping[str, Any]) -> None:
    for other in catalogue.remedies().values():
        both = f"{here}, then {other.id}"
        for result in _treat(other, case, treated, both, evidence)[:1]:
            assert _replay(treated, result) == _contents(result), f"{both}: the difference does not name every change"
            assert _shapes(canonical_json(result.model))[0], f"{both}: the model does not load"


def _check_loads(recipe: Recipe, here: str) -> None:
    keras = _keras()
    assert make_loss(recipe.loss), f"{here}: the loss does not load"
    assert keras.optimizers.deserialize(copy.deepcopy(recipe.optimizer)), f"{here}: the optimizer does not load"
    for layer in recipe.augmentation:
        assert keras.layers.deserialize(copy.deepcopy(layer)), f"{here}: the augmentation does not load"


def _contents(recipe: Recipe) -> Json:
    """Everything about a recipe that a difference can name."""
    layers = {
        layer.name: (layer.class_name, layer.config)
        for layer in architecture.layers(recipe.model)
        if layer.class_name != "InputLayer"
    }
    fields = {name: getattr(recipe, name) for name in (*MODEL_FREE.values(), "epochs", "batch_size", "shuffle", "pace")}
    optimizer = (recipe.optimizer["class_name"], recipe.optimizer["config"])
    return {"layers": layers, "optimizer": optimizer, "class_weight": recipe.class_weight, **fields}


def _replay(before: Recipe, after: Recipe) -> Json:
    """The contents of `before` with the changes of its difference to `after` applied."""
    result = copy.deepcopy(_contents(before))
    layers = result["layers"]
    for change in before.diff(after):
        if change.kind in MODEL_FREE:
            result[MODEL_FREE[change.kind]] = tuple(change.after) if isinstance(change.after, list) else change.after
        elif change.kind == "pace":
            result["pace"] = change.after[0]
        elif change.kind == "fit-argument":
            result[change.target] = change.after
        elif change.kind == "optimizer":
            result["optimizer"] = (change.after["class_name"], change.after["config"])
        elif change.kind == "optimizer-argument":
            result["optimizer"][1][change.argument] = change.after
        elif change.kind == "remove-layer":
            del layers[change.target]
        elif change.kind == "insert-layer":
            layers[change.target] = (change.after["class_name"], change.after["config"])
        else:
            layers[change.target][1][change.argument] = change.after
    return result


@cache
def _shapes(model: str) -> tuple[Any, Any]:
    """Input and output shape of a model (canonical JSON), as Keras builds it."""
    import json

    keras = _keras()
    # Shapes need no weights, and drawing them takes most of the time of loading.
    with keras.StatelessScope(initialize_variables=False):
        built = keras.saving.deserialize_keras_object(json.loads(model))
    return tuple(built.input_shape), tuple(built.output_shape)


def _keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    return keras


@cache
def example_cases() -> Mapping[str, Case]:
    """Small ailing cases of each kind: numbers, uneven classes, images, masks, series, many layers, a bypass.

    Nothing is trained. The data are drawn at random with a fixed seed.
    """
    return dict(_examples())


def _examples() -> Iterator[tuple[str, Case]]:
    keras = _keras()
    layers, rng = keras.layers, np.random.default_rng(0)
    x = rng.normal(5, [1, 100, 0.01], (60, 3)).astype(np.float32)
    number = 1000 + x[:, :1] * 7
    hidden = layers.Dense(8, activation="sigmoid", kernel_initializer="zeros", kernel_regularizer="l2")
    stack = [keras.Input((3,)), hidden, layers.Dropout(0.6), layers.Dense(4), layers.Dense(1, activation="relu")]
    yield "numbers", _case(keras.Sequential(stack), x, number, "MeanSquaredError", keras.optimizers.SGD(0.5))

    gaps = np.where(rng.random(x.shape) < 0.1, np.nan, x).astype(np.float32)
    rare = (np.arange(60) >= 50).astype(np.int64)
    parts = [layers.Dense(8), layers.Activation("tanh"), layers.Dense(8), layers.ReLU(), layers.Dense(1)]
    stack = [keras.Input((3,)), *parts, layers.Activation("softmax")]
    split = Split("tail", 0.2)
    yield "uneven", _case(keras.Sequential(stack), gaps, rare, "BinaryCrossentropy", split=split, shuffle=False)

    images = rng.integers(0, 255, (60, 12, 12, 1)).astype(np.float32)
    stack = [
        keras.Input((12, 12, 1)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]
    yield "images", _case(keras.Sequential(stack), images, np.arange(60) % 3, "MeanSquaredError")

    stack = [keras.Input((12, 12, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")]
    yield "flat", _case(keras.Sequential(stack), images, np.arange(60) % 3, "SparseCategoricalCrossentropy")

    spots = (np.random.default_rng(1).random((60, 12, 12, 1)) < 0.1).astype(np.float32)
    stack = [keras.Input((12, 12, 1)), layers.Conv2D(4, 3, padding="same"), layers.Conv2D(1, 1, activation="sigmoid")]
    yield "masks", _case(keras.Sequential(stack), images, spots, "BinaryCrossentropy")

    series = rng.normal(size=(60, 5, 2)).astype(np.float32)
    stack = [keras.Input((5, 2)), layers.LSTM(4, recurrent_initializer="glorot_uniform"), layers.Dense(1)]
    yield "sequences", _case(keras.Sequential(stack), series, number, "MeanSquaredError", keras.optimizers.RMSprop())

    stack = [layers.Dense(n, activation="relu") for n in (16, 2, 16, 16, 16)]
    stack[0].trainable = False
    parts = [*stack, layers.Dropout(0.2), layers.BatchNormalization(), layers.Dense(1)]
    yield "deep", _case(keras.Sequential([keras.Input((3,)), *parts]), x, number, "MeanSquaredError")

    # The last rows, which validate, stand among the first ones too.
    at = np.concatenate([np.arange(96), np.arange(24)])
    kinds = rng.integers(0, 5, 96)[at]
    columns = np.stack([np.exp(3 * rng.normal(size=96))[at], np.full(120, 2.0), kinds, rng.normal(size=96)[at]], axis=1)
    prices = np.exp(2 * rng.normal(size=96)[at] + kinds)
    stack = [keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)]
    table, settings = keras.Sequential(stack), {"batch_size": 8, "split": split}
    yield "table", _case(table, columns.astype(np.float32), prices, "MeanSquaredError", **settings)

    inputs = keras.Input((3,))
    first = layers.Dense(6, activation="relu")(inputs)
    merged = layers.Add()([first, layers.Dense(6)(first)])
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.Activation("relu")(merged)))
    yield "skip", _case(model, x, rare, "SparseCategoricalCrossentropy", keras.optimizers.SGD(0.01))

    stack = [keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(2)]
    yield "extra axis", _case(keras.Sequential(stack), x, x[:, None, :2], "MeanSquaredError")

    stack = [keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")]
    yield "from one", _case(keras.Sequential(stack), x, np.arange(60) % 3 + 1, "SparseCategoricalCrossentropy")


def _case(model: Any, x: Any, y: Any, loss: str, optimizer: Any = None, **arguments: Any) -> Case:
    keras = _keras()
    plain = keras.saving.serialize_keras_object
    recipe = Recipe(
        model=plain(model),
        loss=plain(keras.losses.get({"class_name": loss, "config": {}})),
        optimizer=plain(optimizer or keras.optimizers.Adam()),
        epochs=8,
        **arguments,
    )
    return Case("example", recipe, infer_task(y, recipe.model, recipe.loss), Data(x, y, len(x)))
