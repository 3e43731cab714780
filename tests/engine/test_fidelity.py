"""Random recipes train as `keras.Model.fit` trains them: the same losses, the same final weights.

`make test-fidelity` draws `DRAWN` of them and trains those that bring a new layer; the ordinary run trains a few. A
number that fails draws the same recipe again: `pytest tests/engine/test_fidelity.py -m fidelity -k 123`.
"""

import warnings

import pytest

from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.random_recipes import draw, with_new_layers

DRAWN = 320
SAMPLE = 20


def check(number):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' remarks about odd recipes
        drawn = draw(number)
        try:
            assert_trains_as_fit(drawn.x, drawn.y, drawn.recipe, drawn.seed, drawn.weight, drawn.callbacks, drawn.path)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{drawn.words}") from None


@pytest.mark.fidelity
@pytest.mark.parametrize("number", with_new_layers(range(DRAWN)))
def test_random_recipes_train_as_fit(number):
    check(number)


@pytest.mark.parametrize("number", range(DRAWN, DRAWN + SAMPLE))
def test_a_few_random_recipes_train_as_fit(number):
    check(number)
