"""Leave training rows out whose target contradicts what rows like them say.

A forest judges each training row from the other folds. Labels that it finds less likely than another class, by the
standard of that class's own rows (confident learning), and numbers more than six robust deviations off get a weight of
0: a network that can learn wrong targets by heart then has none to learn. Rows that are held out keep theirs, right or
wrong, so a gain is a gain on the data as they are.

Does not apply to several labels in a row, to tokens, where rows are resampled, where next to nothing is suspect, or to
so many rows that judging them takes longer than a training.

Reference: Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

MOST_ROWS = 20_000
FEWEST_ROWS = 50


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Switch `drop_suspects` on.

    Raises:
        NotApplicable: see above.
    """
    if recipe.drop_suspects:
        raise NotApplicable("suspect rows are left out already")
    if case.task.kind == "multilabel":
        raise NotApplicable("rows with several labels cannot be called wrong as a whole")
    if case.data.x.dtype.kind not in "fiub" or architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are no rows of measurements, which trees could judge")
    if recipe.resampling is not None:
        raise NotApplicable("the rows are resampled, so that suspect ones may stand in many places")
    if not FEWEST_ROWS <= case.data.n_train <= MOST_ROWS:
        raise NotApplicable(f"with {case.data.n_train} rows, judging each one takes too long or tells too little")
    return (replace(recipe, drop_suspects=True),)


REMEDY = Remedy(
    id="drop-suspect-labels",
    title="Leave out training rows with contradictory targets",
    apply=apply,
    safety="changes-meaning",
)
