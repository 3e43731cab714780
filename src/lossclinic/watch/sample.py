"""What a few fixed rows do to the layers of a model, in inference: no dropout is drawn, no statistic changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossclinic.watch.record import Activity
from lossclinic.watch.rules import BOUNDED, RECTIFYING

MOST_ROWS = 512
NEAR = 0.02
"""Within 2 % of a bound the slope of a sigmoid is a thirteenth of its largest."""


class Sample:
    """Rows that are sent through the model at the ends of epochs, when its variables hold what was trained."""

    def __init__(self, model: Any, x: Any, activations: Mapping[str, str]) -> None:
        """Prepare the pass.

        Args:
            model: the model; its layers must be connected (Sequential or functional) for them to be heard.
            x: rows as the model takes them, of which the first 512 are used.
            activations: layer with weights → the activation behind it.

        Raises:
            ValueError: the model's layers cannot be listened to one by one.
        """
        import keras

        each = [x[tensor.name] for tensor in model.inputs] if isinstance(x, Mapping) else x
        each = list(each) if isinstance(each, (list, tuple)) else [each]
        few = [np.asarray(part)[:MOST_ROWS] for part in each]
        self._rows = len(few[0])
        self._x = [keras.ops.convert_to_tensor(part) for part in few]
        outputs: dict[str, Any] = {}
        for layer in model._flatten_layers(include_self=False):
            activation = activations.get(str(layer.name))
            own = getattr(getattr(layer, "activation", None), "__name__", None)
            # The last layer's values are the answer: they may well sit at a bound.
            if activation in (*RECTIFYING, *BOUNDED) and own == activation and layer is not model.layers[-1]:
                outputs[str(layer.name)] = layer.output
        self._kinds = {name: activations[name] for name in outputs}
        self._pass: Any = keras.Function(model.inputs, outputs, name="lossclinic_watch") if outputs else None

    def look(self, epoch: int) -> Activity:
        """Send the rows through."""
        import keras

        dead: dict[str, float] = {}
        flat: dict[str, float] = {}
        for name, output in ({} if self._pass is None else self._pass(self._x)).items():
            values = np.asarray(keras.ops.convert_to_numpy(output), dtype=np.float32)
            units = values.reshape(-1, values.shape[-1])
            kind = self._kinds[name]
            if kind in RECTIFYING:
                dead[name] = float(np.mean(units.max(axis=0) <= 0))
            else:
                low, high = (0.0, 1.0) if "sigmoid" in kind else (-1.0, 1.0)
                near = NEAR * (high - low)
                flat[name] = float(np.mean((units < low + near) | (units > high - near)))
        return Activity(epoch, self._rows, dead, flat)
