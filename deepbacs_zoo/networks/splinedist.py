"""SplineDist (Mandal and Uhlmann 2021, https://doi.org/10.1109/ISBI48211.2021.9433928) in PyTorch.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

For every pixel of a grid: the probability that an object is there, and the control points of a
closed cubic B-spline along its rim.  Two 3x3 convolutions and a 2x2 maximum pooling for each
halving down to the grid, then a U-Net (Ronneberger et al. 2015) on the grid, a 3x3 convolution, and
a 1x1 convolution for both.  Batch normalization is frozen when the network is used, and nothing
looks at the whole image, so an image cut into overlapping tiles gives the same result as the whole.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["SplineDist"]


class _Block(nn.Module):
    """Convolution, batch normalization and ReLU, twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layers(tensor)
        return result


class _Features(nn.Module):
    """Convolutions and poolings down to the grid, and a U-Net on it."""

    def __init__(self, in_channels: int, grid: int, base: int, depth: int) -> None:
        super().__init__()
        poolings = grid.bit_length() - 1
        if grid != 2**poolings:
            raise ValueError(f"grid is {grid}; allowed: 1, 2, 4, 8, …")
        before = [in_channels, *[base] * poolings]
        stem = [[_Block(channels, base), nn.MaxPool2d(2)] for channels in before[:-1]]
        self.stem = nn.Sequential(*(layer for pair in stem for layer in pair))
        widths = [base * 2**level for level in range(depth + 1)]
        before = [before[-1], *widths]
        self.down = nn.ModuleList(_Block(before[level], widths[level]) for level in range(depth))
        self.pool = nn.MaxPool2d(2)
        self.bottom = _Block(before[depth], widths[depth])
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in reversed(widths[:-1])
        )
        self.merge = nn.ModuleList(_Block(2 * width, width) for width in reversed(widths[:-1]))
        self.after = nn.Sequential(
            nn.Conv2d(base, 4 * base, 3, padding=1, bias=False),
            nn.BatchNorm2d(4 * base),
            nn.ReLU(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        skipped = []
        tensor = self.stem(image)
        for block in self.down:
            tensor = block(tensor)
            skipped.append(tensor)
            tensor = self.pool(tensor)
        tensor = self.bottom(tensor)
        for up, merge in zip(self.up, self.merge, strict=True):
            tensor = merge(torch.cat([skipped.pop(), up(tensor)], dim=1))
        result: torch.Tensor = self.after(tensor)
        return result


class SplineDist(nn.Module):
    """Probability and control points, for images of sides that are multiples of grid * 2**depth.

    Parameters
    ----------
    in_channels
        Channels of the image.
    points
        Number of control points.
    grid
        Image pixels per pixel of the result: 1, 2, 4, …
    base
        Channels at the first level; each level below has twice as many.
    depth
        Number of poolings after those down to the grid.
    unit
        Image pixels that an offset of one stands for inside the network: about half the width of
        an object, so that training begins near the truth.
    activation
        ``"spline"`` for probabilities and offsets in image pixels, or ``"none"`` for what
        ``activate`` makes them from.
    upsampled
        Repeat every value along y and x, so that the result has the image's size: for programs that
        know only such outputs.
    """

    def __init__(
        self,
        in_channels: int = 1,
        points: int = 16,
        grid: int = 2,
        base: int = 16,
        depth: int = 3,
        unit: float = 8.0,
        activation: str = "spline",
        upsampled: bool = False,
    ) -> None:
        super().__init__()
        if activation not in ("spline", "none"):
            raise ValueError(f"activation is {activation!r}; allowed: 'spline', 'none'")
        self.activation = activation
        self.grid = grid
        self.upsampled = upsampled
        self.unit = unit
        self.features = _Features(in_channels, grid, base, depth)
        self.last = nn.Conv2d(4 * base, 1 + 2 * points, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x`` on the grid: probability, then dy and dx of each control point."""
        found: torch.Tensor = self.last(self.features(image))
        if self.activation == "spline":
            found = self.activate(found)
        return _repeated(found, self.grid) if self.upsampled else found

    def activate(self, found: torch.Tensor) -> torch.Tensor:
        """Return probabilities (logistic) and offsets in image pixels of raw values."""
        return torch.cat([torch.sigmoid(found[:, :1]), found[:, 1:] * self.unit], dim=1)


def _repeated(tensor: torch.Tensor, times: int) -> torch.Tensor:
    return functional.interpolate(tensor, scale_factor=float(times), mode="nearest")
