"""A shaped loss (`lossclinic.losses.ShapedLoss`) as plain data: what it trains for first stands inside it."""

from __future__ import annotations

from typing import Any

from lossclinic.core.canonical import Json

NAME, MODULE = "ShapedLoss", "lossclinic.losses"


def shaped(primary: Json, reward: Any, weight: float) -> Json:
    """A shaped loss as Keras would serialise it.

    Args:
        primary: the loss that is trained for first, as plain data.
        reward: a reward's name, or a matrix of costs.
        weight: how much the reward counts.
    """
    config = {"primary": primary, "reward": reward, "weight": weight}
    return {"module": MODULE, "class_name": NAME, "config": config, "registered_name": f"lossclinic>{NAME}"}


def primary_of(loss: Json) -> Json:
    """What a loss is trained for first: itself, unless it is a shaped one."""
    return loss["config"]["primary"] if loss.get("class_name") == NAME else loss
