"""Losses by the names that methods use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import torch
from torch import nn
from torch.nn import functional

from deepbacs_zoo.errors import look_up
from deepbacs_zoo.tasks import Loss
from deepbacs_zoo.training.losses.adversarial import AdversarialLoss
from deepbacs_zoo.training.losses.anchor_boxes import BoxLoss
from deepbacs_zoo.training.losses.blind_spot import BlindSpotLoss
from deepbacs_zoo.training.losses.images import Absolute, Laplace, Squared
from deepbacs_zoo.training.losses.spline import SplineLoss
from deepbacs_zoo.training.losses.star_convex import StarLoss

__all__ = ["LOSSES", "CrossEntropyDice", "build_loss"]


class CrossEntropyDice(nn.Module):
    """Weighted cross entropy plus Dice loss over all classes but the first.

    Dice after Milletari et al. 2016 (https://doi.org/10.1109/3DV.2016.79), without squares and
    over the whole batch, so that patches without an object do not count as errors.  A class that is
    nowhere in the batch has no Dice: without any object it would be 1, whatever is found.

    Parameters
    ----------
    class_weights
        Weight of each class in the cross entropy.
    dice_weight
        Weight of the Dice loss, whose values are from 0 to 1.
    """

    def __init__(self, class_weights: Sequence[float], dice_weight: float) -> None:
        super().__init__()
        self.register_buffer("class_weights", torch.tensor(class_weights, dtype=torch.float32))
        self.dice_weight = dice_weight

    def forward(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits ``b c y x`` for class numbers ``b y x`` (int64)."""
        logits = logits.float()
        weights: torch.Tensor = self.get_buffer("class_weights")
        entropy = functional.cross_entropy(logits, target, weights)
        found = torch.softmax(logits, 1)[:, 1:]
        true = functional.one_hot(target, logits.shape[1]).permute(0, 3, 1, 2)[:, 1:].float()
        shared = (found * true).sum((0, 2, 3))
        total = found.sum((0, 2, 3)) + true.sum((0, 2, 3))
        there = true.sum((0, 2, 3)) > 0
        dice = (1 - (2 * shared + 1) / (total + 1))[there].sum() / there.sum().clamp(min=1)
        return entropy + self.dice_weight * dice


LOSSES: Final[Mapping[str, Callable[..., nn.Module]]] = MappingProxyType(
    {
        "cross_entropy_dice": CrossEntropyDice,
        "star": StarLoss,
        "spline": SplineLoss,
        "boxes": BoxLoss,
        "absolute": Absolute,
        "squared": Squared,
        "laplace": Laplace,
        "blind_spot": BlindSpotLoss,
        "adversarial": AdversarialLoss,
    }
)


def build_loss(loss: Loss) -> nn.Module:
    """Build the loss that a method names.

    Raises
    ------
    UsageError
        No loss has this name.
    """
    build = look_up(LOSSES, loss.name, "loss", "loss", "correct the method")
    return build(**loss.arguments)
