"""The training step: what a method needs of the loop, whatever it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import nn

__all__ = ["Batch", "Target", "TrainingStep", "apply_activation"]

Target = torch.Tensor | Mapping[str, torch.Tensor]
Batch = tuple[torch.Tensor, Target]
"""Images ``b c y x`` float32 and their targets, whose last axes are ``y x``."""


class TrainingStep(Protocol):
    """A way to learn from a batch."""

    def train(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch of patches."""

    def validate(
        self, network: nn.Module, batch: Batch, shape: tuple[int, int]
    ) -> tuple[float, torch.Tensor]:
        """Return the loss of a whole image, and what the exported network gives, ``b c y x``.

        Parameters
        ----------
        network
            The network.
        batch
            The image, mirrored at its ends up to a size that the network takes, and the target of
            the image itself.
        shape
            Rows and columns of the output that belong to the image.
        """


def apply_activation(network: nn.Module, found: torch.Tensor) -> torch.Tensor:
    """Return the output of the exported network for its output in training, both ``b c y x``.

    Networks say so by a method ``activate``.  That of the U-Net has none: a method more would make
    the code in packages of older versions foreign to runners.
    """
    activate = getattr(network, "activate", None)
    if activate is None:
        return torch.softmax(found, 1)
    result: torch.Tensor = activate(found)
    return result
