"""The network of fnet (Ounkomol et al. 2018, https://doi.org/10.1038/s41592-018-0111-2) in PyTorch.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

Two 3x3 convolutions with batch normalization and ReLU at each level, a 2x2 convolution of stride 2
on the way down, a transposed one on the way up, each with batch normalization and ReLU, as in the
publication, here in two dimensions.  Nothing looks at the whole image, so the receptive field is
bounded, and an image cut into overlapping tiles gives the same result as the whole.
"""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["FNet"]


def _normalized(layer: nn.Module, channels: int) -> tuple[nn.Module, ...]:
    return layer, nn.BatchNorm2d(channels), nn.ReLU()


class _Block(nn.Module):
    """Convolution, batch normalization and ReLU, twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        first = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        second = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.layers = nn.Sequential(
            *_normalized(first, out_channels), *_normalized(second, out_channels)
        )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layers(tensor)
        return result


class FNet(nn.Module):
    """A U-Net for images of any size whose sides are multiples of ``2**depth``.

    Parameters
    ----------
    in_channels
        Channels of the image.
    out_channels
        Channels of the result.
    base
        Channels at the first level; each level below has twice as many.
    depth
        Number of levels below the first.
    """

    def __init__(
        self, in_channels: int = 1, out_channels: int = 1, base: int = 16, depth: int = 3
    ) -> None:
        super().__init__()
        widths = [base * 2**level for level in range(depth + 1)]
        before = [in_channels, *widths]
        self.down = nn.ModuleList(_Block(before[level], widths[level]) for level in range(depth))
        self.smaller = nn.ModuleList(
            nn.Sequential(*_normalized(nn.Conv2d(width, width, 2, stride=2, bias=False), width))
            for width in widths[:-1]
        )
        self.bottom = _Block(before[depth], widths[depth])
        self.larger = nn.ModuleList(
            nn.Sequential(
                *_normalized(nn.ConvTranspose2d(2 * width, width, 2, stride=2, bias=False), width)
            )
            for width in reversed(widths[:-1])
        )
        self.merge = nn.ModuleList(_Block(2 * width, width) for width in reversed(widths[:-1]))
        self.last = nn.Conv2d(base, out_channels, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x`` of the size of ``image`` (``b c y x``, float32)."""
        skipped = []
        tensor = image
        for block, smaller in zip(self.down, self.smaller, strict=True):
            tensor = block(tensor)
            skipped.append(tensor)
            tensor = smaller(tensor)
        tensor = self.bottom(tensor)
        for larger, merge in zip(self.larger, self.merge, strict=True):
            tensor = merge(torch.cat([skipped.pop(), larger(tensor)], dim=1))
        result: torch.Tensor = self.last(tensor)
        return result

    def activate(self, found: torch.Tensor) -> torch.Tensor:
        """Return the output of the exported network for that in training, which is the same."""
        return found
