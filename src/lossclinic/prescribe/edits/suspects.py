"""Give training rows whose target contradicts rows like them a weight of 0, by scikit-learn's own models."""

from __future__ import annotations

from lossclinic.evidence.suspects import BULK, FAR, FOLDS, LEAF, MOST_LOST, TO_DEVIATION, TREES
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.pen import Pen

CLASSES = """\
# Confident learning (Northcutt et al. 2021): rows that another class than their own suits better count for nothing.
def {trust}(rows, targets):
    rows = {np}.asarray(rows, dtype="float64").reshape(len(rows), -1)
    rows = {np}.where({np}.isfinite(rows), rows, -1e6)
    label = {label}
    trees = {trees}({count}, min_samples_leaf={leaf}, random_state=0)
    folds = {folds}({parts}, shuffle=True, random_state=0)
    chance = {predict}(trees, rows, label, cv=folds, method="predict_proba")
    usual = {np}.array([chance[label == k, k].mean() for k in range(chance.shape[1])])
    likely = {np}.where(chance >= usual, chance, 0.0)
    trusted = (likely.max(axis=1) == 0) | (likely.argmax(axis=1) == label)
    for k in range(chance.shape[1]):
        trusted[label == k] |= trusted[label == k].mean() < {least}
    return trusted.astype("float32")"""
NUMBERS = """\
# Targets far off what trees predict that have not seen them count for nothing.
def {trust}(rows, targets):
    rows = {np}.asarray(rows, dtype="float64").reshape(len(rows), -1)
    rows = {np}.where({np}.isfinite(rows), rows, -1e6)
    targets = {np}.asarray(targets, dtype="float64").reshape(len(rows), -1)
    middle = {np}.median(targets, axis=0)
    reach = {bulk} * {np}.median({np}.abs(targets - middle), axis=0)
    known = {np}.where(reach > 0, {np}.clip(targets, middle - reach, middle + reach), targets)
    trees = {trees}({count}, min_samples_leaf={leaf}, random_state=0)
    folds = {folds}({parts}, shuffle=True, random_state=0)
    guess = {predict}(trees, rows, known.squeeze(), cv=folds).reshape(targets.shape)
    missed = targets - guess - {np}.median(targets - guess, axis=0)
    usual = {deviation} * {np}.median({np}.abs(missed), axis=0)
    return ({np}.abs(missed) <= {far:g} * usual).all(axis=1).astype("float32")"""


def weigh_suspects(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Put the function in front of `fit`, and what it says about the training rows into `sample_weight`."""
    np_, task = desk.names.numpy(pen), desk.case.task
    trust = feed.name(desk, "trust", "trusted_rows")
    flat = f"{np_}.asarray(targets).reshape(len(rows), -1)"
    label = f"{flat}.argmax(axis=1)" if task.one_hot else f"{np_}.unique({flat}[:, 0], return_inverse=True)[1].ravel()"
    kind = "Classifier" if task.is_classes else "Regressor"
    text = (CLASSES if task.is_classes else NUMBERS).format(
        np=np_,
        trust=trust,
        label=label,
        trees=desk.names.other(pen, "sklearn.ensemble", f"ExtraTrees{kind}"),
        folds=desk.names.other(pen, "sklearn.model_selection", "StratifiedKFold" if task.is_classes else "KFold"),
        predict=desk.names.other(pen, "sklearn.model_selection", "cross_val_predict"),
        count=TREES,
        leaf=LEAF,
        parts=FOLDS,
        least=1 - MOST_LOST,
        deviation=TO_DEVIATION,
        far=FAR,
        bulk=f"{BULK * TO_DEVIATION:g}",
    )
    feed.lines.append(text)
    judged = f"{trust}({feed.x}, {feed.y})"
    feed.weight = f"{np_}.asarray({feed.weight}) * {judged}" if feed.weight else judged
