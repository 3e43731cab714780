"""Watches the fits of one script and writes them down; the script must not notice."""

from __future__ import annotations

import contextlib
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from inspect import Signature
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from lossclinic.core.case import Place, Source
from lossclinic.core.errors import LossclinicError
from lossclinic.intake import capture
from lossclinic.intake.again import Constructions
from lossclinic.intake.child import BEGUN
from lossclinic.intake.patches import Marks, fit_signature, patch_fit, patch_marks
from lossclinic.intake.places import user_place

T = TypeVar("T")
MOST_PER_LINE = 5
"""A fit in a loop is captured so many times; later rounds of the same line only run."""


class Recorder:
    """One for each watched script.

    Attributes:
        fits: calls of fit so far (1 is the first).
        skipped: fits that no case was made of: number, place and reason.
        broken: our own failure, after which nothing more is recorded; "" if there was none.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        """Wait for Keras.

        Args:
            spec: what `intake.child` was asked for.
        """
        self.fits = 0
        self.skipped: list[dict[str, Any]] = []
        self.broken = ""
        self.notes: list[str] = []
        self._spec = spec
        self._marks = Marks()
        self._signature = Signature()
        self._constructions: Constructions | None = None
        self._pending: list[capture.Draft] = []
        self._per_line: dict[Place | None, int] = {}

    def watch(self, keras: ModuleType) -> None:
        """Patch Keras; called right after the script has imported it."""

        def install() -> None:
            self._marks = patch_marks(keras)
            self._signature = fit_signature(keras)
            if "serve" in self._spec:
                self._constructions = Constructions(keras)
            patch_fit(keras, self._handle)

        self._safely(install)

    def end(self) -> None:
        """The script is through: now read the data sets that waited, without disturbing anything."""
        while self._pending:
            draft = self._pending.pop(0)
            self._safely(lambda draft=draft: self._finish(draft))

    def _handle(self, original: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.fits += 1
        if "serve" in self._spec:
            return self._serve_or_run(original, model, args, kwargs)
        draft = self._safely(lambda: self._begin(model, args, kwargs))
        if draft is not None and self._spec.get("skip_training"):
            history = self._safely(lambda: self._pretend(draft))
            if history is not None:
                self._tell_begun()
                return history
        if draft is not None and draft.tees:
            args, kwargs = (), draft.arguments
        try:
            if draft is not None:
                self._tell_begun()
            history = original(model, *args, **kwargs)
        except BaseException as error:
            failure = error
            self._safely(lambda: self._after(draft, model, getattr(model, "history", None), failure))
            raise
        self._safely(lambda: self._after(draft, model, history, None))
        return history

    def _tell_begun(self) -> None:
        """Leave a mark that a fit has begun: from now on, ending the script leaves something to examine."""
        if "folder" in self._spec:
            self._safely(Path(self._spec["folder"], BEGUN).touch)

    def _begin(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> capture.Draft | None:
        place = user_place()
        self._per_line[place] = self._per_line.get(place, 0) + 1
        if self._per_line[place] > MOST_PER_LINE:
            if self._per_line[place] == MOST_PER_LINE + 1 and place is not None:
                self.notes.append(f"Line {place.line} calls fit many times; the first {MOST_PER_LINE} are looked at.")
            return None
        try:
            bound = self._signature.bind(model, *args, **kwargs)
        except TypeError as error:
            self._skip(place, f"fit was called with arguments that it does not take: {error}")
            return None
        bound.apply_defaults()
        arguments = {name: value for name, value in bound.arguments.items() if name != "self"}
        source = Source(
            script=self._spec["script"],
            fit=place,
            compile=self._marks.compiled.get(model),
            arguments=tuple(self._spec.get("arguments", ())),
        )
        folder = Path(self._spec["folder"]) / f"fit-{self.fits:03d}"
        given = self._marks.has_given_weights(model)
        try:
            return capture.begin(model, arguments, folder, int(self._spec["max_bytes"]), source, given=given)
        except LossclinicError as error:
            self._skip(place, str(error))
            return None

    def _after(self, draft: capture.Draft | None, model: Any, history: Any, error: BaseException | None) -> None:
        self._marks.trained(model)
        if draft is None:
            return
        capture.saw(draft, history, error)
        self._conclude(draft, trained=error is None)

    def _pretend(self, draft: capture.Draft) -> Any:
        """What fit would hand back, without the training."""
        import keras

        history = keras.callbacks.History()
        history.set_model(draft.model)
        history.on_train_begin()
        draft.model.history = history
        self._drain(draft)
        capture.saw(draft, history)
        draft.notes.append("The script's own training was skipped.")
        self._build(draft)
        self._conclude(draft, trained=False)
        return history

    def _drain(self, draft: capture.Draft) -> None:
        """Nobody trains, so nobody pulls batches out of a generator: take one epoch of them ourselves."""
        for name, steps in (("x", "steps_per_epoch"), ("validation_data", "validation_steps")):
            if name in draft.tees:
                limit, batches = draft.arguments.get(steps), draft.arguments[name]
                for count, _ in enumerate(batches):
                    if limit is not None and count + 1 >= limit:
                        break

    def _build(self, draft: capture.Draft) -> None:
        """Build the model as fit would have, so that the script can go on with it."""
        if not draft.model.built and draft.train is None:
            draft.model.build((None, *np.shape(draft.arguments["x"])[1:]))

    def _conclude(self, draft: capture.Draft, *, trained: bool) -> None:
        places = {layer.name: layer for layer in draft.model._flatten_layers(include_self=False)}
        made = {name: self._marks.made[layer] for name, layer in places.items() if layer in self._marks.made}
        draft.source = Source(draft.source.script, draft.source.fit, draft.source.compile, made, draft.source.arguments)
        if trained:
            capture.save_final(draft)
        if draft.deferred:
            self._pending.append(draft)
        else:
            self._finish(draft)

    def _finish(self, draft: capture.Draft) -> None:
        try:
            capture.finish(draft)
        except LossclinicError as error:
            reason = str(error) if draft.observed.error is None else f"{error}\n(fit raised {draft.observed.error})"
            self._skip(draft.source.fit, reason)

    def _skip(self, place: Place | None, reason: str) -> None:
        where = None if place is None else [place.path, place.line]
        self.skipped.append({"fit": self.fits, "place": where, "reason": reason})

    def _serve_or_run(self, original: Callable[..., Any], model: Any, args: Any, kwargs: Any) -> Any:
        if self.fits != int(self._spec["serve"]):
            return original(model, *args, **kwargs)
        from lossclinic.intake.serving import serve_and_exit

        assert self._constructions is not None
        return serve_and_exit(model, self._spec, self._constructions.again)

    def _safely(self, work: Callable[[], T]) -> T | None:
        """Do work of ours without the script noticing: random states stay, and a first failure is the last."""
        if self.broken:
            return None
        python, numpy_state = random.getstate(), np.random.get_state()
        try:
            with _ctrl_c_held_back(), _tensorflow_left_alone():
                return work()
        except Exception as error:
            self.broken = f"{type(error).__name__}: {error}"
            print(f"lossclinic: stopped watching the script ({self.broken}); the script goes on.", file=sys.stderr)
            return None
        finally:
            random.setstate(python)
            np.random.set_state(numpy_state)


@contextlib.contextmanager
def _tensorflow_left_alone() -> Iterator[None]:
    """Where the script has not imported TensorFlow, Keras need not do so to ask whether an object is one of its own."""
    lazy: Any = getattr(sys.modules.get("keras.src.utils.module_utils"), "tensorflow", None)
    if "tensorflow" in sys.modules or getattr(lazy, "_available", True) is not None:
        yield
        return
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = None


@contextlib.contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let an interruption wait until the work is done: half a case is none."""
    before, came = signal.getsignal(signal.SIGINT), list[int]()
    try:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    except ValueError:  # only the main thread hears of it
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
        if came:
            signal.raise_signal(signal.SIGINT)
