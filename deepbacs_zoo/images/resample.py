"""Arrays with other sizes along some axes: by linear interpolation, or nearest neighbor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest", "resize"]

Array = NDArray[Any]


def resize(array: Array, axes: str, sizes: Mapping[str, int]) -> Array:
    """Return an array with other sizes along some axes, by linear interpolation.

    Pixels are areas: the borders of the field stay where they are.  Where the array shrinks, a
    Gaussian first takes away what finer pixels alone can show (sigma of half the factor less one,
    as scikit-image chooses it).  Whole numbers may be labels or classes; as outputs they go through
    :func:`nearest`.

    Parameters
    ----------
    array
        Any axes and dtype.
    axes
        Its axes, one character each.
    sizes
        The new sizes by axis.

    Returns
    -------
    numpy.ndarray
        The same axes, float32.
    """
    from skimage.transform import resize as sk_resize

    moved = [axes.index(axis_name) for axis_name in sizes]
    kept = [axis for axis in range(array.ndim) if axis not in moved]
    blocks = np.transpose(array, kept + moved)
    outer = blocks.shape[: len(kept)]
    flat = blocks.reshape(-1, *blocks.shape[len(kept) :])
    shape = tuple(sizes.values())
    found = np.empty((len(flat), *shape), np.float32)
    for number, block in enumerate(flat):
        # One plane at a time: the filter works in double precision.
        shrinks = any(new < old for new, old in zip(shape, block.shape, strict=True))
        found[number] = sk_resize(
            block.astype(np.float32),
            shape,
            order=1,
            mode="symmetric",
            anti_aliasing=shrinks,
            preserve_range=True,
        )
    return np.transpose(found.reshape(*outer, *shape), np.argsort(kept + moved))


def nearest(array: Array, axes: str, sizes: Mapping[str, int]) -> Array:
    """Return an array of the same axes and dtype, each pixel from the one under its center."""
    for axis_name, size in sizes.items():
        axis = axes.index(axis_name)
        # Whole numbers: floor((i + 1/2) * old / new).
        index = (2 * np.arange(size) + 1) * array.shape[axis] // (2 * size)
        array = np.take(array, index, axis)
    return array
