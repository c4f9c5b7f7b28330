"""Losses of the networks that describe the shape of the object at each pixel of a grid."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from deepbacs_zoo.tasks.targets.splines import basis

__all__ = ["SplineLoss", "StarLoss"]

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
            _entropy(found, probability)
            + self.distance_weight * _weighted(error, probability)
            + self.background_weight * outside
        )


class SplineLoss(nn.Module):
    """The loss of SplineDist (Mandal and Uhlmann 2021): of the rims, not of the control points.

    Binary cross entropy of the probability, and the mean absolute error of points sampled along the
    spline, weighted by the true probability.

    Parameters
    ----------
    unit
        Image pixels of a usual offset.
    points
        Number of control points.
    shape_weight
        Of the error against the cross entropy.
    """

    def __init__(self, unit: float, points: int, shape_weight: float) -> None:
        super().__init__()
        self.unit = unit
        self.shape_weight = shape_weight
        weights = torch.tensor(basis(points, _PER_POINT * points), dtype=torch.float32)
        self.register_buffer("basis", weights)

    def forward(self, found: torch.Tensor, target: Targets) -> torch.Tensor:
        """Return the loss of raw values ``b 1+2·points y x`` for probability and offsets."""
        found = found.float()
        probability = target["probability"]
        wrong = found[:, 1:] - target["offsets"] / self.unit
        # A spline is linear in its control points: the error of samples is that of the spline of
        # errors.
        wrong = wrong.reshape(len(wrong), -1, 2, *wrong.shape[2:])
        samples = torch.einsum("sp,bpdyx->bsdyx", self.get_buffer("basis"), wrong)
        error = samples.abs().mean((1, 2))
        return _entropy(found, probability) + self.shape_weight * _weighted(error, probability)


_PER_POINT = 3
"""Samples of a spline for each control point: more than the spline can bend."""


def _entropy(found: torch.Tensor, probability: torch.Tensor) -> torch.Tensor:
    return functional.binary_cross_entropy_with_logits(found[:, 0], probability)


def _weighted(error: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted mean, 0 where there is no object."""
    return (error * weight).sum() / weight.sum().clamp(min=1e-6)
