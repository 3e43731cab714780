"""Native training: in the script's own process, with its own classes, backend and `fit`.

For cases that plain data cannot rebuild. Slower than the compiled programs, with the same rows, orders of seeds,
yardstick and trials.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.folder import given_weights, load_case
from lossclinic.core.recipe import Plateau, Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.shaped import NAME as SHAPED
from lossclinic.core.trial import NO_TIME, Run, Trial, failed_trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.backend import keep_compiled
from lossclinic.engine.model import UNWRITTEN, adapted_layers, own_variables
from lossclinic.engine.orders import recorded_epochs
from lossclinic.engine.outcome import (
    COLUMNS,
    Kept,
    chosen_epoch,
    make_trial,
    reason,
    score_rows,
    stopping_epoch,
)
from lossclinic.engine.pace import Pace
from lossclinic.engine.prepare import Block, compact, prepare_run

Array = np.ndarray[Any, Any]


Again = Callable[[Any], Any]
"""Makes a fresh model of the same class as another."""


def serve(*, model: Any, case_folder: str, connection: Connection, again: Again | None = None) -> None:
    """Train what is asked for until the other side hangs up.

    Each request is (run, plan, yardstick, seconds left); each answer is a `Trial`.

    Args:
        model: the compiled model on which the script has just called fit; it is left as it is.
        case_folder: the saved case.
        connection: to the parent.
        again: makes a fresh model where its own config cannot; None: only the config is tried.
    """
    case = load_case(case_folder)
    if _backend() == "jax":
        keep_compiled()  # every fresh model has programs of its own, but of the same kind
    while True:
        try:
            run, plan, yardstick, seconds_left = connection.recv()
        except (EOFError, ConnectionError):
            return
        connection.send(train_live(model, case, plan, yardstick, run, time.monotonic() + seconds_left, again))


def _backend() -> str:
    import keras

    return keras.backend.backend()


def train_live(
    model: Any,
    case: Case,
    plan: Plan,
    yardstick: Yardstick,
    run: Run,
    deadline: float,
    again: Again | None = None,
) -> Trial:
    """Train one run with the script's own code; failures come back as failed trials.

    Args:
        model: the script's compiled model.
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score.
        run: what to train.
        deadline: `time.monotonic()` after which training ends as failed with the reason `NO_TIME`.
        again: makes a fresh model where its own config cannot.
    """
    started = time.perf_counter()
    try:
        fresh = fresh_model(model, case, run.recipe, run.seed, again)
        watch = Watch(fresh, case, plan, yardstick, run, deadline)
        watch.fit()
        return watch.trial(time.perf_counter() - started)
    except TimeoutError:
        return failed_trial(run, NO_TIME, time.perf_counter() - started)
    except Exception as error:
        return failed_trial(run, reason(error), time.perf_counter() - started)


def fresh_model(model: Any, case: Case, recipe: Recipe, seed: int, again: Again | None = None) -> Any:
    """A new model of the same classes, compiled as the recipe says, with weights drawn from the seed.

    Raises:
        CannotRebuild: the model's class cannot be made again, or comes out with other weights.
    """
    import keras

    if "train_step" in vars(model):
        raise CannotRebuild(
            "the script gives this one model a train_step of its own, which belongs to no other",
            expected="a step that a fresh model has too",
            do="write the train_step as a method of a class derived from keras.Model.",
        )

    keras.utils.set_random_seed(seed)
    same = recipe.model == case.recipe.model
    new = _same_again(model, again) if same else _from_plain(model, recipe)
    if not new.built:
        # A class of the script's own has no build method: its first call makes the weights.
        new(compact(case.data.x[:1]))
    if same and model.built and [w.shape for w in new.weights] != [w.shape for w in model.weights]:
        raise CannotRebuild(f"{type(model).__name__}, made again, has other weights: the script changed it afterwards")
    _adapt(new, model)
    same_loss = recipe.loss == case.recipe.loss
    new.compile(
        loss=model.loss if same_loss else _made_loss(recipe.loss),
        loss_weights=getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None) if same_loss else None,
        optimizer=_optimizer(model, case, recipe),
        run_eagerly=bool(model.run_eagerly),
    )
    if recipe.initial == "given":
        weights = given_weights(case.folder)
        variables = own_variables(new)
        if [w.shape for w in weights] == [tuple(variable.shape) for variable in variables]:
            for variable, weight in zip(variables, weights, strict=True):
                variable.assign(weight)
    return new


def _adapt(new: Any, model: Any) -> None:
    """Pass on what preprocessing layers were adapted to: Keras writes it into no config."""
    known = {layer.name: layer for layer in new._flatten_layers(include_self=False)}
    for old in adapted_layers(model):
        layer = known.get(old.name)
        if layer is not None and layer.built and len(layer.weights) == len(old.weights):
            layer.set_weights(old.get_weights())
            layer.finalize_state()
    for old in model._flatten_layers(include_self=False):
        if hasattr(old, "get_vocabulary") and hasattr(known.get(old.name), "set_vocabulary"):
            known[old.name].set_vocabulary(old.get_vocabulary(include_special_tokens=False))


def _same_again(model: Any, again: Again | None) -> Any:
    import keras

    try:
        if hasattr(model, "_functional") or type(model).__name__ in ("Functional", "Sequential") or model.inputs:
            return keras.models.clone_model(model)
    except (AttributeError, TypeError, ValueError):
        pass
    if again is not None:
        with contextlib.suppress(Exception):  # then its config is tried
            return again(model)
    try:
        return type(model).from_config(model.get_config())
    except Exception as error:
        raise CannotRebuild(
            f"{type(model).__name__} cannot be made again ({reason(error)})",
            expected="a model class whose from_config(get_config()) gives a fresh model",
            do="give the class a get_config method that returns the arguments of its constructor.",
        ) from None


def _from_plain(model: Any, recipe: Recipe) -> Any:
    """A changed architecture, made of the script's own layer classes."""
    import keras

    own = {type(layer).__name__: type(layer) for layer in [model, *model._flatten_layers()]}
    try:
        # The classes and any lambda are the script's own, and this is its process: nothing foreign is run.
        return keras.saving.deserialize_keras_object(
            copy.deepcopy(recipe.model), custom_objects=own, safe_mode=False
        )  # fmt: skip
    except Exception as error:
        raise CannotRebuild(f"the changed model cannot be built from the script's classes ({reason(error)})") from None


def _made_loss(loss: Json) -> Any:
    import keras

    if loss["class_name"] == SHAPED:
        pass  # makes it known to Keras
    return keras.losses.deserialize(copy.deepcopy(loss))


def _optimizer(model: Any, case: Case, recipe: Recipe) -> Any:
    import keras

    if recipe.optimizer["class_name"] != case.recipe.optimizer["class_name"]:
        return keras.optimizers.deserialize(copy.deepcopy(recipe.optimizer))
    before, config = case.recipe.optimizer["config"], model.optimizer.get_config()
    changed = {key: value for key, value in recipe.optimizer["config"].items() if before.get(key) != value}
    new = type(model.optimizer).from_config({**config, **copy.deepcopy(changed)})
    for attribute in UNWRITTEN:
        if getattr(model.optimizer, attribute, None):
            setattr(new, attribute, getattr(model.optimizer, attribute))
    return new


class Watch:
    """One native training under watch: a table row for each epoch, the stop rule, the deadline."""

    def __init__(
        self, model: Any, case: Case, plan: Plan, yardstick: Yardstick, run: Run, deadline: float
    ) -> None:  # fmt: skip
        """Prepare the rows; arguments as in `train_live`.

        Raises:
            CannotRebuild: the recipe asks for steps that the script's own fit has no place for.
        """
        _check_steps(run.recipe)
        self._model, self._case, self._yardstick, self._run = model, case, yardstick, run
        self._deadline = deadline
        self._prepared = prepare_run(case, plan, run)
        self._table: Array = np.zeros((0, len(COLUMNS)))
        self._recorded = set(recorded_epochs(run.recipe).tolist())
        self._best: list[Array] | None = None

    def fit(self) -> None:
        """Train with the model's own fit.

        Raises:
            TimeoutError: when the deadline passes.
        """
        import keras

        recipe, train, validation = self._run.recipe, self._prepared.train, self._prepared.validation
        watching = keras.callbacks.LambdaCallback(on_epoch_end=self._epoch, on_train_batch_end=self._batch)
        self._model.fit(
            train.x,
            train.y,
            batch_size=recipe.batch_size,
            epochs=recipe.epochs,
            shuffle=recipe.shuffle,
            sample_weight=_weights(train),
            validation_data=_given(validation) if len(validation) else None,
            callbacks=[*_pacing(recipe), watching],
            verbose=0,
        )

    def trial(self, seconds: float) -> Trial:
        """The outcome."""

        def at_the_end() -> Kept:
            if self._best is not None:
                self._model.set_weights(self._best)
            locked = self._score(self._prepared.locked)[0] if self._run.locked and len(self._prepared.locked) else None
            weights = tuple(np.asarray(w) for w in self._model.get_weights()) if self._run.keep_weights else ()
            return Kept(locked, weights)

        return make_trial(self._run, self._table, seconds, at_the_end)

    def _batch(self, *_: Any, **__: Any) -> None:
        if time.monotonic() > self._deadline:
            raise TimeoutError(NO_TIME)

    def _epoch(self, epoch: int, logs: Any = None) -> None:
        said = logs or {}
        row = np.full(len(COLUMNS), np.nan)
        row[:2] = float(said.get("loss", np.nan)), float(said.get("val_loss", np.nan))
        stop = self._run.recipe.stop
        if epoch in self._recorded and np.isfinite(row[0]):
            with _as_left(self._model, restored=stop is not None and stop.restore_best):
                row[2] = self._score(self._prepared.scored)[0]
                row[3:] = self._score(self._prepared.held_out)
        self._table = np.vstack([self._table, row])
        if not np.isfinite(row[0]):
            self._model.stop_training = True
        elif stop is not None:
            if stop.restore_best and chosen_epoch(stop, self._table) == epoch:
                self._best = [np.array(w) for w in self._model.get_weights()]
            if stop.patience is not None and stopping_epoch(stop, self._table[:, 0], self._table[:, 1]) is not None:
                self._model.stop_training = True

    def _score(self, block: Block) -> tuple[float, float]:
        raw = np.asarray(self._model.predict(block.x, batch_size=256, verbose=0))
        return score_rows(self._case.task, self._yardstick, self._run.recipe, self._prepared, raw, block)


def _check_steps(recipe: Recipe) -> None:
    wanted = {"augmentation": recipe.augmentation, "mixing rows": recipe.mixup, "a second gradient": recipe.sharpness}
    wanted["an ensemble"] = recipe.members > 1
    wanted["an order of rows for each epoch"] = recipe.resampling is not None and recipe.resampling.kind == "batches"
    for what, asked in wanted.items():
        if asked:
            raise CannotRebuild(f"{what} cannot be put into a training that runs inside the script")


def _weights(block: Block) -> Array | None:
    return None if np.all(block.weight == 1) else block.weight


def _given(block: Block) -> tuple[Array, ...]:
    weights = _weights(block)
    return (block.x, block.y) if weights is None else (block.x, block.y, weights)


def _pacing(recipe: Recipe) -> list[Any]:
    """Keras' own callbacks for what changes the learning rate."""
    import keras

    pace = recipe.pace
    if isinstance(pace, Plateau):
        reduce = keras.callbacks.ReduceLROnPlateau(
            pace.monitor, pace.factor, pace.patience, mode=pace.mode, min_delta=pace.min_delta,
            cooldown=pace.cooldown, min_lr=pace.min_rate,
        )  # fmt: skip
        return [reduce] if pace.monitor == "loss" or recipe.split.kind != "none" else []
    if pace is None:
        return []
    rates = Pace(recipe)
    return [keras.callbacks.LearningRateScheduler(lambda epoch, _: float(rates.rate(epoch) or 0.0))]


@contextlib.contextmanager
def _as_left(model: Any, *, restored: bool) -> Iterator[None]:
    """Let the model have the weights that fit would leave: the optimizer's average, unless the best are restored."""
    if restored or not getattr(model.optimizer, "use_ema", False):
        yield
        return
    before = [np.array(variable) for variable in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, before, strict=True):
            variable.assign(value)
