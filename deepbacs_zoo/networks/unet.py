"""A U-Net (Ronneberger et al. 2015, https://doi.org/10.1007/978-3-319-24574-4_28) in PyTorch.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

Two 3x3 convolutions with batch normalization at each level, 2x2 maximum pooling on the way down,
2x2 transposed convolutions on the way up.  Nothing looks at the whole image, so the receptive
field is bounded, and an image cut into overlapping tiles gives the same result as the whole.
"""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["UNet"]


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


class UNet(nn.Module):
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
        Number of poolings.
    activation
        ``"softmax"`` over the channels, or ``"none"`` for logits.
    """

    def __init__(
        self,
        in_channels: int = 1,
        out_channels: int = 3,
        base: int = 16,
        depth: int = 3,
        activation: str = "softmax",
    ) -> None:
        super().__init__()
        if activation not in ("softmax", "none"):
            raise ValueError(f"activation is {activation!r}; allowed: 'softmax', 'none'")
        widths = [base * 2**level for level in range(depth + 1)]
        self.activation = activation
        before = [in_channels, *widths]
        self.down = nn.ModuleList(_Block(before[level], widths[level]) for level in range(depth))
        self.pool = nn.MaxPool2d(2)
        self.bottom = _Block(before[depth], widths[depth])
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in reversed(widths[:-1])
        )
        self.merge = nn.ModuleList(_Block(2 * width, width) for width in reversed(widths[:-1]))
        self.last = nn.Conv2d(base, out_channels, 1)

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
            tensor = merge(torch.cat([skipped.pop(), up(tensor)], dim=1))
        tensor = self.last(tensor)
        if self.activation == "softmax":
            tensor = torch.softmax(tensor, dim=1)
        return tensor
