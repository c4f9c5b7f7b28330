"""The loss of StarDist: probability, and distances along rays."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from deepbacs_zoo.training.losses.weighted import entropy, weighted_mean

__all__ = ["StarLoss"]

Targets = Mapping[str, torch.Tensor]


class StarLoss(nn.Module):
    """The loss of StarDist (Schmidt et al. 2018), with distances in units of usual ones.

    Binary cross entropy of the probability; mean absolute error of the distances, weighted by the
    true probability; and a little of the distances of background, so that they stay small (the code
    of StarDist has 1e-4 for it).

    Parameters
    ----------
    unit
        Image pixels of a usual distance.
    distance_weight, background_weight
        Of the other parts against the cross entropy.
    """

    def __init__(self, unit: float, distance_weight: float, background_weight: float) -> None:
        super().__init__()
        self.unit = unit
        self.distance_weight = distance_weight
        self.background_weight = background_weight

    def forward(self, found: torch.Tensor, target: Targets) -> torch.Tensor:
        """Return the loss of raw values ``b 1+rays y x`` for probability and distances."""
        found = found.float()
        probability = target["probability"]
        distances = functional.softplus(found[:, 1:])
        error = (distances - target["distances"] / self.unit).abs().mean(1)
        outside = (distances.mean(1) * (probability == 0)).mean()
        return (
            entropy(found, probability)
            + self.distance_weight * weighted_mean(error, probability)
            + self.background_weight * outside
        )
