"""A one-stage detector after YOLOv2 (Redmon and Farhadi 2017) in PyTorch.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

https://arxiv.org/abs/1612.08242: a convolutional network with batch normalization halves the image
until one pixel stands for a cell of ``grid`` image pixels.  There each anchor, a usual size of
boxes, predicts one box: its centre inside the cell, factors on the anchor's size, whether an object
is there, and of which class.  Unlike there the body is a small residual network, of the blocks of
Redmon and Farhadi 2018 (https://arxiv.org/abs/1804.02767), and needs no weights from elsewhere.
Nothing looks at the whole image, so the receptive field is bounded.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["YOLOv2"]

# The logarithm of 8: a box is at most eight times as wide as its anchor, or as much smaller.
_MOST = 2.0794415416798357
_SLOPE = 0.1
_EMPTY = -4.0
_DEPTHS = (0, 1, 2, 4)
_Sizes = list[list[float]] | tuple[tuple[float, float], ...]


def _convolution(before: int, after: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, size, stride=stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.LeakyReLU(_SLOPE),
    ]


class _Residual(nn.Module):
    """Half of the channels are mixed and looked at with their neighbours; the result is added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_convolution(width, width // 2, size=1), *_convolution(width // 2, width)
        )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = tensor + self.layers(tensor)
        return result


class YOLOv2(nn.Module):
    """A detector for images of any size whose sides are multiples of ``grid``.

    Parameters
    ----------
    in_channels
        Channels of the image.
    classes
        Number of classes.
    anchors
        Width and height of the usual boxes, in image pixels.
    grid
        Side of a cell in image pixels: 4, 8 or 16.
    base
        Channels at an eighth of the last width.
    activation
        ``"boxes"``, or ``"none"`` for logits.
    upsampled
        Repeat every value along y and x, so that the result has the image's size: for programs that
        know only such outputs.
    """

    def __init__(
        self,
        in_channels: int = 1,
        classes: int = 1,
        anchors: _Sizes = ((32.0, 32.0),),
        grid: int = 16,
        base: int = 16,
        activation: str = "boxes",
        upsampled: bool = False,
    ) -> None:
        super().__init__()
        if activation not in ("boxes", "none"):
            raise ValueError(f"activation is {activation!r}; allowed: 'boxes', 'none'")
        if grid not in (4, 8, 16):
            raise ValueError(f"grid is {grid!r}; allowed: 4, 8, 16")
        self.classes = classes
        self.anchors = [(float(width), float(height)) for width, height in anchors]
        self.activation = activation
        self.grid = grid
        self.upsampled = upsampled
        stages = {4: 2, 8: 3, 16: 4}[grid]
        layers: list[nn.Module] = []
        before = in_channels
        for depth, width in zip(
            _DEPTHS[-stages:], [base * 2**level for level in range(4)][-stages:], strict=True
        ):
            layers += _convolution(before, width, stride=2)
            layers += [_Residual(width) for _ in range(depth)]
            before = width
        layers += _convolution(before, before)
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(before, len(self.anchors) * (5 + classes), 1)
        # Nearly all cells are empty; without this the first steps only learn that (Lin et al.
        # 2017, https://arxiv.org/abs/1708.02002, section 4.1).
        assert self.head.bias is not None  # for type checkers
        nn.init.constant_(self.head.bias[4 :: 5 + classes], _EMPTY)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x``, one pixel for a cell of ``image`` (``b c y x``, float32).

        For each anchor ``5 + classes`` channels: x and y of the centre inside the cell (0 to 1),
        width and height (image pixels), objectness (0 to 1), probabilities of the classes.
        """
        found: torch.Tensor = self.head(self.body(image))
        if self.activation == "boxes":
            found = self.activate(found)
        return _repeated(found, self.grid) if self.upsampled else found

    def activate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return what the logits stand for, in the same channels."""
        parts = []
        each = 5 + self.classes
        for number, (width, height) in enumerate(self.anchors):
            block = logits[:, number * each : (number + 1) * each]
            factors = torch.exp(torch.clamp(block[:, 2:4], -_MOST, _MOST))
            parts += [
                torch.sigmoid(block[:, :2]),
                factors[:, :1] * width,
                factors[:, 1:] * height,
                torch.sigmoid(block[:, 4:5]),
                torch.softmax(block[:, 5:], dim=1),
            ]
        return torch.cat(parts, dim=1)


def _repeated(tensor: torch.Tensor, times: int) -> torch.Tensor:
    return functional.interpolate(tensor, scale_factor=float(times), mode="nearest")
