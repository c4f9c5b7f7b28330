"""A network in PyTorch whose result has twice the rows and columns of its image.

This file stands alone: it is copied into packages of the BioImage Model Zoo.

The U-Net of CARE (Weigert et al. 2018, https://doi.org/10.1038/s41592-018-0216-7) on the grid of
the image, then nearest neighbors and two convolutions on the fine grid, as Odena et al. 2016
(https://doi.org/10.23915/distill.00003) advise against patterns of a checkerboard.  The image, each
pixel of which is repeated, is added to the result where it has as many channels.  Nothing looks at
the whole image, so the receptive field is bounded, and an image cut into overlapping tiles gives
the same result as the whole.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Upscale"]


def _enlarged(tensor: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(tensor, scale_factor=2.0, mode="nearest")


class _Block(nn.Module):
    """Convolution and ReLU, twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.ReLU(),
        )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layers(tensor)
        return result


class Upscale(nn.Module):
    """A U-Net for images of any size whose sides are multiples of ``2**depth``.

    Parameters
    ----------
    in_channels
        Channels of the image.
    out_channels
        Channels of the result.
    base
        Channels at the first level and on the fine grid; each level below has twice as many.
    depth
        Number of poolings.
    residual
        Add the image to the result, which needs as many channels.
    """

    def __init__(
        self,
        in_channels: int = 1,
        out_channels: int = 1,
        base: int = 16,
        depth: int = 2,
        residual: bool = True,
    ) -> None:
        super().__init__()
        if residual and in_channels != out_channels:
            raise ValueError(f"{in_channels} channels cannot be added to {out_channels}")
        widths = [base * 2**level for level in range(depth + 1)]
        before = [in_channels, *widths]
        self.residual = residual
        self.down = nn.ModuleList(_Block(before[level], widths[level]) for level in range(depth))
        self.pool = nn.MaxPool2d(2)
        self.bottom = _Block(before[depth], widths[depth])
        self.up = nn.ModuleList(
            nn.Conv2d(2 * width, width, 3, padding=1) for width in reversed(widths[:-1])
        )
        self.merge = nn.ModuleList(_Block(2 * width, width) for width in reversed(widths[:-1]))
        self.fine = _Block(base, base)
        self.last = nn.Conv2d(base, out_channels, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x`` of twice the rows and columns of ``image`` (``b c y x``, float32)."""
        skipped = []
        tensor = image
        for block in self.down:
            tensor = block(tensor)
            skipped.append(tensor)
            tensor = self.pool(tensor)
        tensor = self.bottom(tensor)
        for up, merge in zip(self.up, self.merge, strict=True):
            tensor = merge(torch.cat([skipped.pop(), up(_enlarged(tensor))], dim=1))
        found: torch.Tensor = self.last(self.fine(_enlarged(tensor)))
        return found + _enlarged(image) if self.residual else found

    def activate(self, found: torch.Tensor) -> torch.Tensor:
        """Return the output of the exported network for that in training, which is the same."""
        return found
