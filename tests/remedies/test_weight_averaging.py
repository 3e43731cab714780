"""An average of the weights along the training is what predicts."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.train import train_one
from lossclinic.prescribe.words import describe
from lossclinic.remedies.optimisation import adam
from lossclinic.remedies.regularisation import weight_averaging
from tests.engine.made import case_of, mlp, recipe_of, yardstick_of

keras = use_jax()


def restless_case(**settings):
    """Steps so long that the weights keep swinging around the bottom."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(320, 4)).astype("float32")
    y = (x @ [1.0, -2.0, 0.5, 0.0] + rng.normal(size=320)).astype("float32")
    optimizer = keras.optimizers.SGD(0.15)
    recipe = recipe_of(mlp(4, ()), "MeanSquaredError", optimizer, **{"epochs": 20, "batch_size": 8, **settings})
    return case_of(x, y, recipe)


def momenta(recipes):
    return [recipe.optimizer["config"]["ema_momentum"] for recipe in recipes]


def test_the_average_reaches_over_a_share_of_the_updates():
    case = restless_case()
    assert momenta(weight_averaging.apply(case.recipe, case)) == pytest.approx([1 - 1 / 40, 1 - 1 / 160])
    longer = replace(case.recipe, epochs=200)
    assert momenta(weight_averaging.apply(longer, case)) == pytest.approx([1 - 1 / 400, 1 - 1 / 1600], abs=1e-4)


@pytest.mark.parametrize(
    ("change", "why"), [({"epochs": 1, "batch_size": 32}, "too few"), ({"stop": Stop(patience=5)}, "best epoch")]
)
def test_there_must_be_something_to_average_and_nothing_in_its_place(change, why):
    case = restless_case()
    with pytest.raises(NotApplicable, match=why):
        weight_averaging.apply(replace(case.recipe, **change), case)


def test_an_average_is_taken_once_and_goes_along_to_another_optimizer():
    case = restless_case()
    averaged = weight_averaging.apply(case.recipe, case)[0]
    with pytest.raises(NotApplicable, match="already"):
        weight_averaging.apply(averaged, case)
    for other in adam.apply(averaged):
        assert other.optimizer["config"]["use_ema"]
        assert momenta([other]) == momenta([averaged])
    assert "use_ema" not in adam.apply(case.recipe)[0].optimizer["config"]


def test_weights_that_swing_predict_better_on_average():
    case = restless_case()
    short, far = weight_averaging.apply(case.recipe, case)
    last, near, wide = (
        np.mean([train_one(case, Plan(), yardstick_of(case), Run(recipe, seed)).held_out for seed in range(4)])
        for recipe in (case.recipe, short, far)
    )
    assert near < 0.9 * last
    assert wide < 0.9 * last


def test_it_reads_as_plain_sentences():
    case = restless_case()
    treated = weight_averaging.apply(case.recipe, case)[0]
    assert [describe(change) for change in case.recipe.diff(treated)] == [
        "Let the optimizer keep a moving average of the weights, which takes their place when training ends.",
        "Let the average reach back over about 40 updates (momentum 0.975).",
    ]
    back = [describe(change) for change in treated.diff(case.recipe)]
    assert back[0] == "Predict with the last weights, not with an average of them."
