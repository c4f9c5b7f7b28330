"""The blind-spot step: a network learns to guess pixels that it does not see.

Noise2Void (Krull et al. 2019, https://arxiv.org/abs/1811.10980): some pixels of a noisy image are
replaced by neighbors, and the network is asked for what they were.  Noise that is independent from
pixel to pixel cannot be guessed, so that only the image is learned.  With noise that goes on along
rows or columns, the neighbors there are hidden too (Broaddus et al. 2020,
https://doi.org/10.1109/ISBIWorkshops50223.2020.9153336).
"""

from __future__ import annotations

import zlib
from typing import Final

import torch
from torch import nn

from deepbacs_zoo.training.losses.blind_spot import BlindSpotLoss
from deepbacs_zoo.training.steps.base import Batch, apply_activation

__all__ = ["BlindSpot", "hidden"]

_BOX: Final = 12
"""One pixel of each box of so many pixels a side is hidden: 0.7 %."""
_REACH: Final = 2
"""Pixels to the farthest neighbor that takes the place of a hidden one."""

Places = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class BlindSpot:
    """A step that needs noisy images alone.

    Parameters
    ----------
    loss
        A :class:`~deepbacs_zoo.training.losses.blind_spot.BlindSpotLoss`, which also says along
        which axis the noise goes on.
    """

    def __init__(self, loss: nn.Module) -> None:
        if not isinstance(loss, BlindSpotLoss):
            raise TypeError(f"the blind-spot step has a loss of its own, not {loss!r}")
        self.loss = loss

    def train(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch of patches; the target is the noisy image itself."""
        image, target = batch
        blind, places = hidden(image, self.loss.axis, self.loss.span)
        loss: torch.Tensor = self.loss(network(blind), target, places)
        return loss

    def validate(
        self, network: nn.Module, batch: Batch, shape: tuple[int, int]
    ) -> tuple[float, torch.Tensor]:
        """Return the loss of a whole image, and what the exported network gives for all of it."""
        image, target = batch
        rows, columns = shape
        seen = image[..., :rows, :columns]
        blind, places = hidden(seen, self.loss.axis, self.loss.span)
        full = image.clone()
        full[..., :rows, :columns] = blind
        found = network(full)[..., :rows, :columns].float()
        whole = network(image)[..., :rows, :columns].float()
        return float(self.loss(found, target, places)), apply_activation(network, whole)


def hidden(image: torch.Tensor, axis: str = "", span: int = 0) -> tuple[torch.Tensor, Places]:
    """Return images in which some pixels are replaced, and the places of these.

    The places follow from the images alone, so that a resumed training draws the same.

    Parameters
    ----------
    image
        ``b c y x`` float32.
    axis
        ``y`` or ``x`` where noise goes on along it, else empty.
    span
        Pixels on either side along that axis that are replaced by others of the image.

    Returns
    -------
    torch.Tensor
        ``b c y x``, a copy.
    tuple of torch.Tensor
        Number in the batch, row and column of each hidden pixel, int64.
    """
    seed = zlib.crc32(image.detach().cpu().numpy().tobytes())
    random = torch.Generator().manual_seed(seed)
    count, _, height, width = image.shape
    rows, columns = (
        torch.arange(0, side, _BOX).view(shape)
        for side, shape in ((height, (-1, 1)), (width, (1, -1)))
    )
    boxes = (count, len(rows), columns.shape[1])

    def draw(low: int, high: int) -> torch.Tensor:
        return torch.randint(low, high, boxes, generator=random)

    y = (rows + draw(0, _BOX)).clamp(max=height - 1).flatten()
    x = (columns + draw(0, _BOX)).clamp(max=width - 1).flatten()
    batch = torch.arange(count).repeat_interleave(boxes[1] * boxes[2])
    # Any of the 24 neighbors but the pixel itself, on the other side at an edge.
    number = draw(0, (2 * _REACH + 1) ** 2 - 1).flatten()
    number = number + (number >= 2 * _REACH * (_REACH + 1)).long()
    down, right = number // (2 * _REACH + 1) - _REACH, number % (2 * _REACH + 1) - _REACH
    other_y, other_x = _inside(y, down, height), _inside(x, right, width)
    blind = image.clone()
    if axis:
        _hide_line(blind, image, (batch, y, x), axis, span, random)
    blind[batch, :, y, x] = image[batch, :, other_y, other_x]
    return blind, (batch, y, x)


def _inside(place: torch.Tensor, step: torch.Tensor, size: int) -> torch.Tensor:
    moved = place + step
    return torch.where((moved < 0) | (moved >= size), place - step, moved).clamp(0, size - 1)


def _hide_line(
    blind: torch.Tensor,
    image: torch.Tensor,
    places: Places,
    axis: str,
    span: int,
    random: torch.Generator,
) -> None:
    """Replace the neighbors along an axis by any other pixels of their image."""
    batch, y, x = places
    height, width = image.shape[2:]
    for step in (*range(-span, 0), *range(1, span + 1)):
        row, column = (y + step, x) if axis == "y" else (y, x + step)
        there = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        any_y = torch.randint(0, height, y.shape, generator=random)
        any_x = torch.randint(0, width, x.shape, generator=random)
        blind[batch[there], :, row[there], column[there]] = image[batch, :, any_y, any_x][there]
