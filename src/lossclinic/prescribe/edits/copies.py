"""Give training rows that are among the validation rows too a weight of 0."""

from __future__ import annotations

from lossclinic.evidence.copies import EQUAL, MOST_ASKED, MOST_COLUMNS, NEAR, SAME_TARGET
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.pen import CannotWrite, Pen

TEXT = """\
# Training rows that are among the validation rows too, target included, count for nothing.
def {own}(rows, targets, held_rows, held_targets):
    def flat(part):
        part = {np}.asarray(part, dtype="float64").reshape(len(part), -1)
        return {np}.nan_to_num(part, posinf=0.0, neginf=0.0)
    rows, held_rows, targets, held_targets = flat(rows), flat(held_rows), flat(targets), flat(held_targets)
    scale = rows.std(axis=0)
    scale = {np}.where(scale > 1e-12, scale, {np}.inf)
    rows, held_rows = rows / scale, held_rows / scale
    {project}usual = {neighbours}(n_neighbors=2).fit(rows).kneighbors(rows[:{asked}])[0][:, 1]
    usual = usual[usual > {equal}]
    reach = {near} * {np}.median(usual) if len(usual) else 0.0
    far, at = {neighbours}(n_neighbors=1).fit(held_rows).kneighbors(rows)
    same = {np}.abs(targets - held_targets[at[:, 0]]) <= {same} * targets.std(axis=0) + 1e-12
    copied = ((far[:, 0] < reach) | (far[:, 0] <= {equal})) & same.all(axis=1)
    return (~copied).astype("float32")"""
PROJECT = """\
mix = {np}.random.default_rng(0).normal(size=(rows.shape[1], {most})) / {most} ** 0.5
    rows, held_rows = rows @ mix, held_rows @ mix
    """


def weigh_copies(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Put the function in front of `fit`, and what it says about the training rows into `sample_weight`."""
    if not feed.check_x:
        raise CannotWrite("the script has no validation rows that its training rows could be compared with")
    np_, own = desk.names.numpy(pen), feed.name(desk, "own_rows", "uncopied_rows")
    x = desk.case.data.x
    wide = x.ndim > 1 and x[0].size > MOST_COLUMNS
    text = TEXT.format(
        np=np_,
        own=own,
        project=PROJECT.format(np=np_, most=MOST_COLUMNS) if wide else "",
        neighbours=desk.names.other(pen, "sklearn.neighbors", "NearestNeighbors"),
        asked=MOST_ASKED,
        equal=EQUAL,
        near=NEAR,
        same=SAME_TARGET,
    )
    feed.lines.append(text)
    judged = f"{own}({feed.x}, {feed.y}, {feed.check_x}, {feed.check_y})"
    feed.weight = f"{np_}.asarray({feed.weight}) * {judged}" if feed.weight else judged
