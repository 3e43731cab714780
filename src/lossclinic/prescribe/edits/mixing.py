"""Mix the training rows: `fit` is fed by an object that blends each batch with itself."""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.prescribe.arguments import COMPILE, find
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.edits.feed import Feed
from lossclinic.prescribe.edits.preparing import reads_model, wrapped
from lossclinic.prescribe.locate import callee
from lossclinic.prescribe.pen import CannotWrite, Pen

MIXED = """\
class {mixed}({dataset}):
    # Mixup (Zhang et al. 2018): each batch is blended with itself in another order.
    def __init__(self, x, y, batch_size, alpha={alpha:g}):
        super().__init__()
        self.x, self.y = {np}.asarray(x, dtype="float32"), {np}.asarray(y, dtype="float32")
        self.batch_size, self.alpha = batch_size, alpha
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.x) // self.batch_size)

    def on_epoch_end(self):
        self.order = {np}.random.permutation(len(self.x))

    def __getitem__(self, batch):
        rows = self.order[batch * self.batch_size : (batch + 1) * self.batch_size]
        others, share = {np}.random.permutation(rows), {np}.random.beta(self.alpha, self.alpha)
        return tuple(share * part[rows] + (1 - share) * part[others] for part in (self.x, self.y))"""


def mix(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Put the class in front of `fit`, and let it deal the batches.

    Args:
        desk: the script.
        pen: takes the edits.
        feed: what `fit` is fed with; its targets become one-hot rows where the loss asks for shares of classes.
    """
    old, new = desk.case.recipe, desk.treated
    mixed = feed.name(desk, "MixedRows", "MixedBatches")
    dataset, np_ = desk.names.keras(pen, "utils", "PyDataset"), desk.names.numpy(pen)
    text = MIXED.format(mixed=mixed, dataset=dataset, alpha=new.mixup, np=np_)
    if old.mixup or not new.mixup:
        raise CannotWrite("the script mixes its rows itself")
    if feed.weight or new.class_weight:
        raise CannotWrite("rows with weights of their own are not mixed by so few lines", text)
    if not new.shuffle:
        raise CannotWrite("the rows must stay in order, and mixing reorders them", text)
    if new.loss["class_name"] != old.loss["class_name"]:
        _one_hot(desk, pen, feed, text)
    feed.lines.append(text)
    feed.dealer = mixed


def _one_hot(desk: Desk, pen: Pen, feed: Feed, text: str) -> None:
    """Write labels as one-hot rows, for `fit` and for whatever scores the model behind it."""
    metrics = find(desk.compile, "metrics", COMPILE)
    if metrics is not None and "sparse" in desk.script.code(metrics.value).lower():
        raise CannotWrite("the script's sparse metrics cannot read one-hot rows", text)
    one_hot = feed.name(desk, "one_hot", "one_hot_rows")
    units = architecture.output_layer(desk.treated.model).units
    categorical = desk.names.keras(pen, "utils", "to_categorical")
    feed.lines.append(f"def {one_hot}(labels):\n    return {categorical}(labels, {units})")
    feed.y = f"{one_hot}({feed.y})"
    feed.check_y = f"{one_hot}({feed.check_y})" if feed.check_y else ""
    for call in desk.script.calls:
        later = desk.script.start(call) > desk.script.start(desk.fit)
        if not (later and callee(call) in ("evaluate", "test_on_batch") and reads_model(desk, call)):
            continue
        line = desk.script.start(call)[0]
        if desk.script.scope(call) is not desk.script.scope(desk.fit) or find(call, "y", ("x", "y")) is None:
            raise CannotWrite(f"line {line} scores the model on labels that cannot be rewritten there", text)
        pen.change(call, lambda now: wrapped(now, one_hot, "y", 1))
