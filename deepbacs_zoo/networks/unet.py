"""U-Net with batch normalization, in one file that needs nothing but PyTorch.

Ronneberger, Fischer & Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation,
MICCAI 2015 (doi:10.1007/978-3-319-24574-4_28), with three changes: convolutions keep the size of
the image, batch normalization follows each of them, and the smallest of it all is free.  What a
pixel becomes depends on a bounded neighbourhood only, because nothing here looks at the whole image
(no instance normalization, no global pooling); the way up is a transposed convolution, which any
ONNX opset and old TorchScript interpreters know for free sizes.
"""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["UNet"]


class UNet(nn.Module):
    """U-Net for images ``b c y x``; height and width must be multiples of ``2 ** depth``.

    Parameters
    ----------
    in_channels
        Channels of the input.
    out_channels
        Channels of the output.
    base
        Features at full resolution; they double with each pooling.
    depth
        Number of poolings.
    activation
        What ``forward`` applies to the output: ``softmax`` over the channels, ``sigmoid``, or
        ``none``.
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
        if activation not in ("softmax", "sigmoid", "none"):
            raise ValueError(f"activation is softmax, sigmoid or none, not {activation}")
        self.activation = activation
        features = [base * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList(
            _block(before, after)
            for before, after in zip([in_channels, *features], features, strict=False)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(features[level + 1], features[level], kernel_size=2, stride=2)
            for level in range(depth)
        )
        self.merge = nn.ModuleList(
            _block(2 * features[level], features[level]) for level in range(depth)
        )
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(base, out_channels, kernel_size=1)

    def logits(self, image: torch.Tensor) -> torch.Tensor:
        """Return the output before the activation, ``b out_channels y x``."""
        skipped: list[torch.Tensor] = []
        for level, block in enumerate(self.down):
            image = block(self.pool(image) if level else image)
            skipped.append(image)
        skipped.pop()
        for up, merge in zip(reversed(self.up), reversed(self.merge), strict=True):
            image = merge(torch.cat((skipped.pop(), up(image)), dim=1))
        return self.head(image)  # type: ignore[no-any-return]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the output after the activation, ``b out_channels y x``."""
        logits = self.logits(image)
        if self.activation == "softmax":
            return torch.softmax(logits, dim=1)
        if self.activation == "sigmoid":
            return torch.sigmoid(logits)
        return logits


def _block(before: int, after: int) -> nn.Sequential:
    """Return two convolutions of 3 x 3, each with batch normalization and ReLU."""
    layers: list[nn.Module] = []
    for channels in (before, after):
        # The normalization has a bias of its own.
        layers.append(nn.Conv2d(channels, after, kernel_size=3, padding=1, bias=False))
        layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)
