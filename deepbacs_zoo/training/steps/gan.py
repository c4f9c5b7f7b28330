"""The step of two networks that learn against each other (Goodfellow et al. 2014).

Both learn from the same batch at once: one backward pass gives each of them the gradient of its own
loss (https://arxiv.org/abs/1406.2661; at once instead of in turn, as in Mescheder et al. 2017,
https://arxiv.org/abs/1705.10461).  So one optimizer holds the state of both, and a training that
was interrupted goes on as if it had not been.
"""

from __future__ import annotations

import torch
from torch import nn

from deepbacs_zoo.training.losses.adversarial import AdversarialLoss
from deepbacs_zoo.training.steps.base import Batch, apply_activation

__all__ = ["Gan"]


class Gan:
    """A step with a discriminator.

    Parameters
    ----------
    loss
        An :class:`~deepbacs_zoo.training.losses.adversarial.AdversarialLoss`.
    """

    def __init__(self, loss: nn.Module) -> None:
        if not isinstance(loss, AdversarialLoss):
            raise TypeError(f"the gan step has a loss of its own, not {loss!r}")
        self.loss = loss

    def train(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch of patches, for both networks."""
        image, target = batch
        loss: torch.Tensor = self.loss(image, network(image), target)
        return loss

    def validate(
        self, network: nn.Module, batch: Batch, shape: tuple[int, int]
    ) -> tuple[float, torch.Tensor]:
        """Return the absolute error of a whole image, and what the exported network gives."""
        image, target = batch
        rows, columns = shape
        found = network(image)[..., :rows, :columns].float()
        if not isinstance(target, torch.Tensor):
            raise TypeError("the gan step has a target image")
        return float(self.loss.error(found, target)), apply_activation(network, found)
