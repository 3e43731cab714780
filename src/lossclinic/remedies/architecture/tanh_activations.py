"""Let hidden layers apply tanh, which is odd, smooth and bounded.

Its outputs have a mean near 0, where a sigmoid's have a mean of a half that pushes all weights of the next layer in one
direction; its slope at 0 is four times a sigmoid's. In shallow networks on smooth targets it can do better than ReLU,
whose answer is made of straight pieces. In deep ones its flat ends shrink the gradients.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply tanh already.

Reference: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.4.
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace ReLU, other saturating and missing hidden activations by tanh.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    return exchange_activations(recipe, "tanh", (SATURATING - {"tanh"}) | MISSING | {"relu", "relu6"})


REMEDY = Remedy(id="tanh-activations", title="Use tanh in hidden layers", apply=apply)
