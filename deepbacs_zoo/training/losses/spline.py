"""The loss of SplineDist: probability, and the rim that control points describe."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from deepbacs_zoo.tasks.targets.splines import basis
from deepbacs_zoo.training.losses.weighted import entropy, weighted_mean

__all__ = ["SplineLoss"]

Targets = Mapping[str, torch.Tensor]
_PER_POINT = 3
"""Samples of a spline for each control point: more than the spline can bend."""


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
        return entropy(found, probability) + self.shape_weight * weighted_mean(error, probability)
