"""The loss of the detector, after Redmon and Farhadi 2017 (https://arxiv.org/abs/1612.08242)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import nn
from torch.nn import functional

__all__ = ["BoxLoss"]

_MOST: Final = math.log(8.0)
"""As the network clamps it."""


class BoxLoss(nn.Module):
    """Position, objectness and class of boxes on a grid, per true box.

    For the anchor that is responsible for a box: squared errors of the center in the cell and of
    the logarithms of width and height over the anchor's, weighted by 2 minus the share of the image
    that the box covers, so that small boxes count as much (as in the authors' program, darknet);
    cross entropy of the class; cross entropy of the objectness with the IoU of predicted and true
    box, which is what objectness stands for.  For all others: cross entropy of the objectness with
    0, unless the predicted box has an IoU above ``ignore`` with any true one.  Cross entropy takes
    the place of the squared errors there.

    Parameters
    ----------
    classes
        Number of classes.
    anchors
        Width and height in image pixels.
    grid
        Image pixels per cell.
    position, objectness, background, classification
        Weights of the four terms.
    ignore
        See above; 0.6 in the publication.  A box that evaluation calls a hit, at an IoU of 0.5, is
        no background here either, as people draw boxes some pixels off.
    """

    def __init__(
        self,
        classes: int,
        anchors: Sequence[Sequence[float]],
        grid: int,
        position: float = 2.0,
        objectness: float = 1.0,
        background: float = 1.0,
        classification: float = 1.0,
        ignore: float = 0.5,
    ) -> None:
        super().__init__()
        self.register_buffer("anchors", torch.tensor([list(anchor) for anchor in anchors]))
        self.classes = classes
        self.grid = grid
        self.weights = (position, objectness, background, classification)
        self.ignore = ignore

    def forward(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits for a target as ``encode_boxes`` gives it, both ``b c y x``."""
        found, true = self._split(logits.float()), self._split(target)
        anchors = self.get_buffer("anchors")
        responsible = true[..., 4] > 0.5
        count = responsible.sum().clamp(min=1)
        centers = torch.sigmoid(found[..., :2])
        factors = found[..., 2:4].clamp(-_MOST, _MOST)
        with torch.no_grad():
            boxes = self._corners(centers, torch.exp(factors) * anchors[:, None, None])
            true_boxes = self._corners(true[..., :2], true[..., 2:4])
            agreement = _iou(boxes[responsible], true_boxes[responsible])
            empty = ~responsible & ~self._near(boxes, true_boxes, responsible)
        mine, its = found[responsible], true[responsible]
        own = anchors[responsible.nonzero()[:, 1]]
        expected = torch.log(its[:, 2:4] / own).clamp(-_MOST, _MOST)
        pixels = target.shape[-1] * target.shape[-2] * self.grid**2
        small = 2 - (its[:, 2] * its[:, 3] / pixels).clamp(max=1)
        errors = (centers[responsible] - its[:, :2]) ** 2 + (factors[responsible] - expected) ** 2
        entropy = functional.binary_cross_entropy_with_logits
        nothing = found[..., 4][empty]
        terms = (
            (errors.sum(1) * small).sum(),
            entropy(mine[:, 4], agreement, reduction="sum"),
            entropy(nothing, torch.zeros_like(nothing), reduction="sum"),
            functional.cross_entropy(mine[:, 5:], its[:, 5:].argmax(1), reduction="sum"),
        )
        weighted = [weight * term for weight, term in zip(self.weights, terms, strict=True)]
        return torch.stack(weighted).sum() / count

    def _split(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return ``b anchor y x value``."""
        batch, _, rows, columns = tensor.shape
        return tensor.reshape(batch, -1, 5 + self.classes, rows, columns).permute(0, 1, 3, 4, 2)

    def _corners(self, centers: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        rows, columns = centers.shape[2:4]
        y, x = torch.meshgrid(
            torch.arange(rows, device=centers.device),
            torch.arange(columns, device=centers.device),
            indexing="ij",
        )
        middle = (torch.stack([x, y], -1) + centers) * self.grid
        return torch.cat([middle - sizes / 2, middle + sizes / 2], -1)

    def _near(
        self, boxes: torch.Tensor, true_boxes: torch.Tensor, responsible: torch.Tensor
    ) -> torch.Tensor:
        """Return where a predicted box is so much like a true one that it is no background."""
        near = torch.zeros_like(responsible)
        for index, there in enumerate(responsible):
            true = true_boxes[index][there]
            if len(true):
                best = _iou(boxes[index].reshape(-1, 1, 4), true[None]).amax(1)
                near[index] = (best > self.ignore).reshape(there.shape)
        return near


def _iou(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    low = torch.maximum(first[..., :2], second[..., :2])
    high = torch.minimum(first[..., 2:], second[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = [(each[..., 2:] - each[..., :2]).prod(-1) for each in (first, second)]
    return shared / (areas[0] + areas[1] - shared).clamp(min=1e-6)
