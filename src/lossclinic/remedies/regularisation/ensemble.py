"""Train several networks from different seeds and average what they predict.

Networks from different initial weights make different mistakes, and an average is wrong less often than its members:
its squared error, or its log-loss, is never above their mean. Nothing else about the training changes.

**Five networks take five times as long, to train and to predict with**, and are compared with a single one: what the
ensemble gains must be worth that. One trial is a whole ensemble, its members' seeds drawn from the trial's own. The
outputs are averaged as they are: probabilities, or logits where the network gives these.

Does not apply to an ensemble, or where training begins with weights that the script loads, from which all members would
begin.

References: Hansen and Salamon, "Neural network ensembles" (1990); Lakshminarayanan, Pritzel and Blundell, "Simple and
scalable predictive uncertainty estimation using deep ensembles" (2017), who take five.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

MEMBERS = 5


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Five networks.

    Raises:
        NotApplicable: there are several already, or all would begin with the same weights.
    """
    if recipe.members > 1:
        raise NotApplicable(f"{recipe.members} networks are averaged already")
    if recipe.initial == "given":
        raise NotApplicable("all members would begin with the weights that the script loads")
    return (replace(recipe, members=MEMBERS),)


REMEDY = Remedy(
    id="ensemble",
    title="Average several networks",
    apply=apply,
    caveat=f"{MEMBERS} networks take {MEMBERS} times as long as the one that they are compared with",
)
