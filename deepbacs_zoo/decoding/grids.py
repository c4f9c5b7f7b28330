"""Tensors on a grid, small or brought up to the image's size."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["on_grid"]

Number = TypeVar("Number", bound=np.generic)


def on_grid(tensor: NDArray[Number], grid: int, size: tuple[int, int]) -> NDArray[Number]:
    """Return a tensor with one value for ``grid`` by ``grid`` pixels.

    Programs that know only outputs of the image's size get networks that repeat every value
    ``grid`` times along y and x; of such a tensor every ``grid``-th row and column is taken.

    Parameters
    ----------
    tensor
        ``c y x`` of any dtype, which stays.
    grid
        Image pixels per value.
    size
        Height and width of the image.
    """
    return tensor[:, ::grid, ::grid] if tensor.shape[1:] == size else tensor
