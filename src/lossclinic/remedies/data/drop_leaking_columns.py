"""Set columns to 0 that say the target nearly alone, because they will not be known when predicting.

A column that is written after the fact, or is the label under another name, makes the loss look far better than it will
be on new rows. Without it the held-out loss gets worse, and truer: that rise is what the leak was hiding. It is never
counted as a gain, so this remedy is tried by name alone (`--try drop-leaking-columns`). Whether a column is known when
predicting, only the owner of the data can say; where it is, keep it.

Does not apply where no column says so much alone (see the cause `leakage`), or to images, sequences and tokens.

Reference: Kaufman, Rosset and Perlich, "Leakage in data mining: formulation, detection, and avoidance" (2012).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import Without, ordered
from lossclinic.evidence.split_quality import SplitQuality
from lossclinic.remedies.data._tables import table


def apply(recipe: Recipe, case: Case, split_quality: SplitQuality) -> tuple[Recipe, ...]:
    """Put the telltale columns out of reach, before every other preparation of the inputs.

    Raises:
        NotApplicable: see above.
    """
    if any(isinstance(step, Without) for step in recipe.inputs):
        raise NotApplicable("the columns that give the target away are left out already")
    table(recipe, case)
    told = tuple(c.at for c in split_quality.telltales if c.gives_away(case.task.is_classes))
    if not told:
        raise NotApplicable("no column gives the target away")
    return (replace(recipe, inputs=ordered(*recipe.inputs, Without(told))),)


REMEDY = Remedy(
    id="drop-leaking-columns",
    title="Leave out columns that give the target away",
    apply=apply,
    safety="changes-meaning",
    caveat="new rows come without what these columns tell, so what the loss rises by is what the leak hid",
)
