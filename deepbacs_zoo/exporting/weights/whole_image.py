"""A network with all that the plain package leaves to the program that runs it."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["WholeImage"]


class WholeImage(nn.Module):
    """From a raw image of any size to an output of that size, image by image of a batch.

    The image is processed, continued symmetrically at its end up to the next size that the network
    takes, run, cut to the cells that cover it, processed again; and every value of a grid is
    repeated.

    Made to be traced: sizes are computed without a choice, which a trace would decide once and for
    all, and tensors are made from others, as a trace records the device of new ones.  All operators
    are in PyTorch 2.0.

    Parameters
    ----------
    network
        The network, ``b c y x`` float32.
    before, after
        What the package states as pre- and postprocessing, from a tensor to one of its shape.
    smallest, step
        Sides that the network takes in pixels: multiples of ``step``, from ``smallest`` on.
    grid
        Image pixels per pixel of the network's output.
    """

    def __init__(
        self,
        network: nn.Module,
        before: nn.Module,
        after: nn.Module,
        *,
        smallest: int,
        step: int,
        grid: int,
    ) -> None:
        super().__init__()
        self.before, self.network, self.after = before, network, after
        self.smallest, self.step, self.grid = smallest, step, grid

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return ``b c y x`` float32 of the height and width of ``image``."""
        height, width = image.shape[2], image.shape[3]
        found = self.network(self._continued(self._continued(self.before(image), 2), 3))
        cells = found[:, :, : _share(height, self.grid), : _share(width, self.grid)]
        done: torch.Tensor = self.after(cells)
        if self.grid > 1:
            done = self._repeated(done)
        return done[:, :, :height, :width]

    def _continued(self, tensor: torch.Tensor, axis: int) -> torch.Tensor:
        """Mirror the tensor at its end, and again where the continuation is longer than it."""
        size = tensor.shape[axis]
        valid = _larger(self.smallest, _share(size, self.step) * self.step)
        there_and_back = torch.cat([tensor, tensor.flip(axis)], axis)
        times = [1, 1, 1, 1]
        times[axis] = _share(valid, 2 * size)
        return there_and_back.repeat(times).narrow(axis, 0, valid)

    def _repeated(self, tensor: torch.Tensor) -> torch.Tensor:
        """Repeat every value along both axes, in one copy."""
        blocks = tensor.unsqueeze(4).unsqueeze(3)
        return blocks.expand(-1, -1, -1, self.grid, -1, self.grid).flatten(4).flatten(2, 3)


def _share(size: int, parts: int) -> int:
    """Return the smallest whole number of at least ``size / parts``."""
    return (size + parts - 1) // parts


def _larger(one: int, other: int) -> int:
    """Return the larger number, in arithmetic that a trace follows."""
    return (one + other + abs(one - other)) // 2
