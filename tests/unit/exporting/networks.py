"""Small networks whose receptive fields can be counted by hand."""

from __future__ import annotations

import torch
from torch import nn


class Pooled(nn.Module):
    """conv 3 → pool 2 → conv 3 → up 2, joined with the first convolution, softmax.

    Radius: an output pixel at an even place reads the coarse pixel of its own pair and one at each
    side, so pairs from -2 to +3, and each of those one more: 1 + 3 = 4 to the right, 3 to the left;
    at an odd place mirrored.  So 4.
    """

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.pool = nn.MaxPool2d(2)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.last = nn.Conv2d(8, 3, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        fine = self.first(image)
        coarse = self.up(torch.relu(self.second(self.pool(fine))))
        return torch.softmax(self.last(torch.cat([fine, coarse], 1)), 1)


class Upsampled(Pooled):
    """The same with nearest upsampling in the place of the transposed convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="nearest")  # type: ignore[assignment]


class Global(nn.Module):
    """Looks at the whole image."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.last = nn.Conv2d(1, 3, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.last(image - self.pool(image))


def build(kind: type[nn.Module], seed: int = 0) -> nn.Module:
    """Return a network with random weights, frozen for evaluation."""
    torch.manual_seed(seed)
    network = kind()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-1, 1)
                module.running_var.uniform_(0.5, 2)
    return network.eval().requires_grad_(False)
