"""Parts of the losses of networks that describe the shape of the object at each pixel of a grid."""

from __future__ import annotations

import torch
from torch.nn import functional

__all__ = ["entropy", "weighted_mean"]


def entropy(found: torch.Tensor, probability: torch.Tensor) -> torch.Tensor:
    """Return the cross entropy of the first channel, ``b c y x`` raw, and ``b y x`` from 0 to 1."""
    return functional.binary_cross_entropy_with_logits(found[:, 0], probability)


def weighted_mean(error: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted mean, 0 where there is no object."""
    return (error * weight).sum() / weight.sum().clamp(min=1e-6)
