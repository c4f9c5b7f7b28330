"""The supervised step: the loss compares what the network gives with a target."""

from __future__ import annotations

import torch
from torch import nn

from deepbacs_zoo.training.steps.base import Batch, apply_activation

__all__ = ["Supervised"]


class Supervised:
    """A step that needs nothing but a loss.

    Parameters
    ----------
    loss
        Takes what the network gives in training, and the target.
    """

    def __init__(self, loss: nn.Module) -> None:
        self.loss = loss

    def train(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch of patches."""
        image, target = batch
        loss: torch.Tensor = self.loss(network(image), target)
        return loss

    def validate(
        self, network: nn.Module, batch: Batch, shape: tuple[int, int]
    ) -> tuple[float, torch.Tensor]:
        """Return the loss of a whole image, and what the exported network gives."""
        image, target = batch
        rows, columns = shape
        found = network(image)[..., :rows, :columns].float()
        return float(self.loss(found, target)), apply_activation(network, found)
