"""The loss of pixels that a network did not see."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["BlindSpotLoss"]


class BlindSpotLoss(nn.Module):
    """Mean squared error at hidden pixels (Krull et al. 2019, https://arxiv.org/abs/1811.10980).

    Parameters
    ----------
    axis
        ``y`` or ``x`` where noise goes on along it, else empty.
    span
        Pixels on either side along that axis that are hidden, too.
    """

    def __init__(self, axis: str = "", span: int = 0) -> None:
        super().__init__()
        if axis not in ("", "y", "x"):
            raise ValueError(f"axis is {axis!r}; allowed: '', 'y', 'x'")
        self.axis, self.span = axis, span

    def forward(
        self,
        found: torch.Tensor,
        target: torch.Tensor,
        places: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    ) -> torch.Tensor:
        """Return the loss of images ``b c y x`` at places: number in the batch, row, column."""
        batch, y, x = places
        difference = found.float()[batch, :, y, x] - target[batch, :, y, x]
        return difference.square().mean()
