"""The losses of pix2pix: the absolute error, and a second network that knows true pairs.

Isola et al. 2017 (https://arxiv.org/abs/1611.07004): the discriminator looks at patches of image
and result and says whether the result is a true target; the network learns to be taken for it.  The
discriminator is part of the loss, so that it stands in checkpoints and never in a package.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

__all__ = ["AdversarialLoss"]

_SLOPE: Final = 0.2
"""Of the leaky ReLU, as in the paper."""


class AdversarialLoss(nn.Module):
    """Absolute error times a weight, plus what the discriminator says.

    Parameters
    ----------
    channels
        Of image and target together.
    base
        Channels of the discriminator's first layer.
    weight
        Of the absolute error; 100 in the paper.
    """

    def __init__(self, channels: int = 2, base: int = 16, weight: float = 100.0) -> None:
        super().__init__()
        self.weight = weight
        widths = (base, 2 * base, 4 * base)
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(zip((channels, *widths), widths, strict=False)):
            layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1))
            if number:
                layers.append(nn.InstanceNorm2d(after))
            layers.append(nn.LeakyReLU(_SLOPE))
        layers.append(nn.Conv2d(widths[-1], 1, 4, padding=1))
        self.discriminator = nn.Sequential(*layers)

    def forward(
        self, image: torch.Tensor, found: torch.Tensor, target: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss of both networks, each of which gets its own gradient alone.

        Parameters
        ----------
        image, found, target
            ``b c y x`` float32 of one height and width: what the network was given, what it made
            of it, and what it should have made.
        """
        found = found.float()
        # Frozen for the network; for the discriminator, what the network made is given.
        frozen = {name: value.detach() for name, value in self.discriminator.named_parameters()}
        seen = torch.cat([image, found], 1)
        deceived = _says(functional_call(self.discriminator, frozen, (seen,)), true=True)
        known = _says(self.discriminator(torch.cat([image, target], 1)), true=True)
        exposed = _says(self.discriminator(seen.detach()), true=False)
        error = functional.l1_loss(found, target)
        return self.weight * error + deceived + (known + exposed) / 2

    def error(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the absolute error alone, which chooses the best epoch."""
        return functional.l1_loss(found.float(), target)


def _says(score: torch.Tensor, *, true: bool) -> torch.Tensor:
    """Return the cross entropy of scores with the answer ``true`` or false."""
    answer = torch.full_like(score, float(true))
    return functional.binary_cross_entropy_with_logits(score, answer)
