"""A U-Net whose result follows gain and offset of the image, in PyTorch.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

``f(a x + b) = a f(x) + b`` for every image x, every a above 0 and every b, as in Herbreteau et al.
2023 (https://arxiv.org/abs/2306.05037): the weights of each convolution add up to 1 and there is no
bias, edges are repeated, and in the place of ReLU each pair of channels is sorted.  So a network
that was trained on one camera takes the noise out of images of another one, whose counts differ by
gain and offset alone.  Nothing looks at the whole image, so tiles give the same result as the
whole.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Equivariant"]


class _Mean(nn.Module):
    """Convolution of 3 by 3 or 1 by 1 pixels with weights that add up to 1, edges repeated."""

    def __init__(self, in_channels: int, out_channels: int, size: int = 3) -> None:
        super().__init__()
        self.repeats = size > 1
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, size, size))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        count = self.weight[0].numel()
        missing = 1 - self.weight.sum((1, 2, 3), keepdim=True)
        if self.repeats:
            # Not by ``functional.pad``, whose size is not known from an ONNX graph.
            tensor = torch.cat([tensor[:, :, :1], tensor, tensor[:, :, -1:]], 2)
            tensor = torch.cat([tensor[..., :1], tensor, tensor[..., -1:]], 3)
        return functional.conv2d(tensor, self.weight + missing / count)


class _Sorted(nn.Module):
    """The larger ones of pairs of channels, then the smaller ones."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pairs = channels // 2

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        first, second = tensor[:, : self.pairs], tensor[:, self.pairs :]
        return torch.cat([torch.maximum(first, second), torch.minimum(first, second)], 1)


class _Block(nn.Module):
    """Convolution and sorting, twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _Mean(in_channels, out_channels),
            _Sorted(out_channels),
            _Mean(out_channels, out_channels),
            _Sorted(out_channels),
        )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layers(tensor)
        return result


class Equivariant(nn.Module):
    """A U-Net for images of any size whose sides are multiples of ``2**depth``.

    Parameters
    ----------
    in_channels
        Channels of the image, which share one gain and one offset.
    out_channels
        Channels of the result.
    base
        Channels at the first level, an even number; each level below has twice as many.
    depth
        Number of poolings.
    """

    def __init__(
        self, in_channels: int = 1, out_channels: int = 1, base: int = 16, depth: int = 2
    ) -> None:
        super().__init__()
        if base % 2:
            raise ValueError(f"channels are sorted by pairs, and {base} is odd")
        widths = [base * 2**level for level in range(depth + 1)]
        before = [in_channels, *widths]
        self.down = nn.ModuleList(_Block(before[level], widths[level]) for level in range(depth))
        self.pool = nn.MaxPool2d(2)
        self.bottom = _Block(before[depth], widths[depth])
        self.up = nn.ModuleList(_Mean(2 * width, width) for width in reversed(widths[:-1]))
        self.merge = nn.ModuleList(_Block(2 * width, width) for width in reversed(widths[:-1]))
        self.last = _Mean(base, out_channels, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x`` of the size of ``image`` (``b c y x``, float32)."""
        skipped = []
        tensor = image
        for block in self.down:
            tensor = block(tensor)
            skipped.append(tensor)
            tensor = self.pool(tensor)
        tensor = self.bottom(tensor)
        for up, merge in zip(self.up, self.merge, strict=True):
            larger = functional.interpolate(tensor, scale_factor=2.0, mode="nearest")
            tensor = merge(torch.cat([skipped.pop(), up(larger)], dim=1))
        result: torch.Tensor = self.last(tensor)
        return result

    def activate(self, found: torch.Tensor) -> torch.Tensor:
        """Return the output of the exported network for that in training, which is the same."""
        return found
