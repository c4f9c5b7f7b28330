"""Losses of images: how far a prediction is from its target image, both normalized."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["Absolute", "Laplace", "Squared"]


class Absolute(nn.Module):
    """Mean absolute error, whose best answer is the median: few outliers do not blur it."""

    def forward(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss of two images ``b c y x`` of one shape."""
        return (found.float() - target).abs().mean()


class Squared(nn.Module):
    """Mean squared error, whose best answer is the mean."""

    def forward(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss of two images ``b c y x`` of one shape."""
        return (found.float() - target).square().mean()


class Laplace(nn.Module):
    """Negative logarithm of the probability density of Laplace distributions.

    ``|target - mean| / scale + log(2 scale)`` as in CARE (Weigert et al. 2018, supplementary note
    3); its best scale is the mean absolute error at a pixel.
    """

    def forward(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss of means and scales, ``b 2c y x``, for a target ``b c y x``."""
        mean, scale = found.float().chunk(2, 1)
        return ((mean - target).abs() / scale + torch.log(2 * scale)).mean()
