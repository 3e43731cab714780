"""What every layer does before and after training, from one training that is looked into."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lossclinic.core import architecture
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe


@dataclass(frozen=True)
class Layers:
    """Probes of the layers with weights, in the order of the model.

    Attributes:
        start: with fresh weights.
        end: after training; () where it did not end.
        output: name of the output layer.
    """

    start: tuple[LayerProbe, ...] = ()
    end: tuple[LayerProbe, ...] = ()
    output: str = ""

    @property
    def measured(self) -> bool:
        """Whether any layer was probed."""
        return bool(self.start)

    @property
    def hidden_start(self) -> tuple[LayerProbe, ...]:
        """Probes of all layers but the output layer, with fresh weights."""
        return tuple(p for p in self.start if p.layer != self.output)

    @property
    def hidden_end(self) -> tuple[LayerProbe, ...]:
        """Probes of all layers but the output layer, after training."""
        return tuple(p for p in self.end if p.layer != self.output)

    @property
    def hidden(self) -> tuple[LayerProbe, ...]:
        """Both of them: fresh weights first."""
        return (*self.hidden_start, *self.hidden_end)

    @property
    def gradient_shrinkage(self) -> float:
        """How many times smaller the gradient is at the first layer than at the largest later one, fresh weights.

        1 where it does not shrink; infinite where no gradient arrives though there is one further up.
        """
        gradients = [p.gradient_rms for p in self.start if math.isfinite(p.gradient_rms)]
        if len(gradients) < 2 or max(gradients[1:]) <= gradients[0]:
            return 1.0
        return max(gradients[1:]) / gradients[0] if gradients[0] > 0 else float("inf")

    @property
    def update_ratio(self) -> float | None:
        """Largest update of a kernel over the kernel's own size, after training (before, where it did not end)."""
        ratios = [p.update_ratio for p in self.end or self.start if math.isfinite(p.update_ratio)]
        return max(ratios) if ratios else None


def layers(lab: Lab, recipe: Recipe, baseline: Baseline) -> Layers:
    """Look into the training of the first screening seed.

    Args:
        lab: trains and measures.
        recipe: what is trained.
        baseline: its seeds.
    """
    if not baseline.seeds:
        return Layers()
    probes = lab.probe(recipe, baseline.seeds[0])
    return Layers(
        tuple(p for p in probes if p.at == "start"),
        tuple(p for p in probes if p.at == "end"),
        architecture.output_layer(recipe.model).name,
    )
