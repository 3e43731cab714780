"""Feed `fit` with batches that hold equally many rows of each class."""

from __future__ import annotations

from lossclinic.prescribe.arguments import FIT, find, with_argument
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.pen import CannotWrite, Pen

TEXT = """\
# Every batch draws equally many rows of each class; which ones, is drawn anew for each epoch.
class {name}({dataset}):
    def __init__(self, rows, targets, size, seed=0):
        super().__init__()
        self.rows, self.targets, self.size = {np}.asarray(rows), {np}.asarray(targets), size
        self.rng, self.label = {np}.random.default_rng(seed), {label}
        self.on_epoch_end()
    def __len__(self):
        return -(-len(self.rows) // self.size)
    def __getitem__(self, at):
        taken = self.order[at * self.size : (at + 1) * self.size]
        return self.rows[taken], self.targets[taken]
    def on_epoch_end(self):
        self.order = {np}.zeros(len(self.rows), dtype=int)
        classes = self.rng.permutation({np}.unique(self.label))
        for turn, label in enumerate(classes):
            places, own = self.order[turn :: len(classes)], {np}.flatnonzero(self.label == label)
            rounds = [self.rng.permutation(own) for _ in range(-(-len(places) // len(own)))]
            places[:] = {np}.concatenate(rounds)[: len(places)]"""


def draw_balanced(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Put the class in front of `fit`, and one of it in the place of rows and targets."""
    if feed.weight:
        raise CannotWrite("balanced batches are drawn without sample weights")
    np_, name = desk.names.numpy(pen), feed.name(desk, "BalancedBatches", "BalancedRows")
    flat = "self.targets.reshape(len(rows), -1)"
    feed.lines.append(
        TEXT.format(
            np=np_,
            name=name,
            dataset=desk.names.keras(pen, "utils", "PyDataset"),
            label=f"{flat}.argmax(axis=1)" if desk.case.task.one_hot else f"{flat}[:, 0]",
        )
    )
    feed.x, feed.y = f"{name}({feed.x}, {feed.y}, {desk.treated.batch_size})", "None"
    if find(desk.fit, "batch_size", FIT) is not None or "batch_size" in {change.target for change in desk.wanted}:
        pen.change(desk.fit, lambda now: with_argument(now, "batch_size", "None", FIT))
