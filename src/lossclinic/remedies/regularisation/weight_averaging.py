"""Predict with an average of the weights along the training instead of the last ones.

Towards the end the weights swing around the bottom of the valley with every batch; their average lies nearer to it, and
often where the valley is wide. Training itself goes on as before: Keras' optimizer keeps a moving average beside the
weights (`use_ema`), and `fit` puts it in their place when it ends. The validation loss that `fit` shows after each
epoch is still that of the weights themselves; add `keras.callbacks.SwapEMAWeights()` to see that of the average.

The average reaches back over a twentieth, then a fifth of the updates. What batch normalisation has gathered belongs to
the last weights and is not averaged.

Does not apply where the optimizer averages already, where a stop rule puts the weights of the best epoch in place (the
average would be lost), or below forty updates.

References: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992); Izmailov, Podoprikhin,
Garipov, Vetrov and Wilson, "Averaging weights leads to wider optima and better generalization" (2018).
"""

from __future__ import annotations

import math
from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

SHARES = (0.05, 0.2)
"""Of the updates: how far back the average reaches. Of the longer one, the weights of the beginning are at the end
e^-5, below 1 %."""
OVERWRITE = "ema_overwrite_frequency"
FEWEST_UPDATES = 40
"""With fewer, a twentieth of them is the last weights."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """A moving average with a short, then a long reach.

    Raises:
        NotApplicable: see above.
    """
    config = recipe.optimizer["config"]
    if config.get("use_ema"):
        raise NotApplicable("the optimizer averages the weights already")
    if recipe.stop is not None and recipe.stop.restore_best:
        raise NotApplicable("the stop rule keeps the weights of the best epoch, which would take the average's place")
    updates = recipe.epochs * math.ceil(len(case.data) / recipe.batch_size)
    if updates < FEWEST_UPDATES:
        raise NotApplicable(f"{updates} updates are too few to average over")
    # Nothing is said about overwriting where the optimizer says nothing: a new name for its default is no change.
    kept = {name: value for name, value in config.items() if name != OVERWRITE}
    never = {OVERWRITE: None} if OVERWRITE in config else {}
    momenta = [float(f"{1 - 1 / (share * updates):.6g}") for share in SHARES]
    return tuple(
        replace(
            recipe,
            optimizer={
                **recipe.optimizer,
                "config": {**kept, **never, "use_ema": True, "ema_momentum": momentum},
            },
        )
        for momentum in momenta
    )


REMEDY = Remedy(id="weight-averaging", title="Average the weights along the training", apply=apply)
