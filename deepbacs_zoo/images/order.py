"""The five axes of an image in their order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES

__all__ = ["in_image_order"]


def in_image_order(array: NDArray[Any], axes: str) -> NDArray[Any]:
    """Return a view with the axes ``t z c y x`` in this order, those that are missing of size 1.

    Parameters
    ----------
    array
        Any dtype.
    axes
        Its axes, some of ``t z c y x`` in any order.
    """
    present = [axis for axis in IMAGE_AXES if axis in axes]
    array = array.transpose([axes.index(axis) for axis in present])
    missing = tuple(index for index, axis in enumerate(IMAGE_AXES) if axis not in axes)
    return np.expand_dims(array, missing)
